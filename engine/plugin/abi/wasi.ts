/*
 * WASI 0.2 for components whose toolchains cannot do without: no files, no environment, no arguments, no network. What
 * is written to its outputs goes to the log, its clock stands still unless the clock was granted, random numbers are
 * random. Every other function is there, so that the component loads, and a fault when it is called. Types are not
 * compared, but for lists of lists: what is given out is empty, and what is taken is checked.
 */

import { randomBytes } from 'node:crypto';
import { LIMITS } from '../../base/limits.ts';
import type { HostServices, LogLevel } from '../host/host-services.ts';
import { PluginFault } from './plugin-instance.ts';

/** One interface that a component imports: `wasi:cli/stderr` with the names of its functions and resources. */
export interface WasiInterface {
  readonly name: string;
  readonly functions: readonly string[];
  readonly resources: readonly string[];
}

type Member = (...args: readonly unknown[]) => unknown;

const PACKAGES = /^wasi:(?:cli|clocks|filesystem|io|random|sockets)\/[a-z0-9-]+@0\.2\.\d+$/;
const WRITE_SIZE_MAX = 4_096;
const RANDOM_SIZE_MAX = 65_536;
const NANOSECONDS = 1_000_000_000n;
const CLOCK_RESOLUTION = 1_000_000n;

export function isWasi(importName: string): boolean {
  return PACKAGES.test(importName);
}

export interface WasiOptions {
  readonly host: HostServices;
  readonly pluginName: string;
  readonly countCall: () => void;
}

/** By interface name without version. */
export function createWasi(
  interfaces: readonly WasiInterface[],
  options: WasiOptions,
): Record<string, Record<string, unknown>> {
  const resources = new Map<string, ResourceClass>();
  const resource = (name: string): ResourceClass => {
    const known = resources.get(name) ?? createResource();
    resources.set(name, known);
    return known;
  };
  const known = knownFunctions(options, resource);
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { name, functions, resources: own } of interfaces) {
    const members = Object.create(null) as Record<string, unknown>;
    for (const one of own) members[toCamel(`-${one}`)] = resource(one).Class;
    for (const one of functions) {
      const act = known[`${name} ${one}`] ?? refuse(options.pluginName, `${name} ${one}`);
      const call: Member = (...args) => {
        options.countCall();
        return act(...args);
      };
      const [, owner, method] = /^\[method\]([a-z0-9-]+)\.([a-z0-9-]+)$/.exec(one) ?? [];
      if (owner === undefined || method === undefined) members[toCamel(one)] = call;
      else resource(owner).addMethod(toCamel(method), call);
    }
    imports[name] = members;
  }
  return imports;
}

function refuse(pluginName: string, what: string): Member {
  return () => {
    throw new PluginFault('denied', pluginName, `calls ${what}, which no plugin may`);
  };
}

/** `get-stderr` is `getStderr` for the bindings. */
function toCamel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

interface ResourceClass {
  readonly Class: unknown;
  create(level?: LogLevel): object;
  addMethod(name: string, act: Member): void;
}

/** The level that an output stream writes with. */
const LEVELS = new WeakMap<object, LogLevel>();

function createResource(): ResourceClass {
  const prototype = Object.create(null) as Record<string, unknown>;
  const Class = function WasiResource(): void {};
  for (const inherited of ['name', 'length']) Reflect.deleteProperty(Class, inherited);
  Class.prototype = prototype;
  Object.setPrototypeOf(Class, null);
  return {
    Class,
    create: (level) => {
      const made = Object.create(prototype) as object;
      if (level !== undefined) LEVELS.set(made, level);
      return made;
    },
    addMethod: (name, act) => {
      prototype[name] = function method(this: object, ...args: readonly unknown[]): unknown {
        return act(this, ...args);
      };
    },
  };
}

function knownFunctions(
  { host, pluginName }: WasiOptions,
  resource: (name: string) => ResourceClass,
): Readonly<Record<string, Member>> {
  const nothing: Member = () => undefined;
  const empty: Member = () => [];
  const output = (level: LogLevel): Member => {
    return () => resource('output-stream').create(level);
  };
  const pollable: Member = () => resource('pollable').create();
  const write: Member = (stream, contents) => {
    if (!(contents instanceof Uint8Array)) {
      throw new PluginFault('answer', pluginName, 'writes what is not bytes');
    }
    const text = Buffer.from(contents.subarray(0, LIMITS.hostTextSizeMax.value)).toString();
    const level = LEVELS.get(stream as object) ?? 'notice';
    for (const line of text.split('\n')) if (line !== '') host.log(level, line);
  };
  const closed: Member = () => {
    throw { tag: 'closed' };
  };
  const random: Member = (size) => {
    return new Uint8Array(randomBytes(Math.min(Number(size) || 0, RANDOM_SIZE_MAX)));
  };
  const randomNumber: Member = () => randomBytes(8).readBigUInt64LE();
  const dateTime = (time: bigint): unknown => {
    return { seconds: time / NANOSECONDS, nanoseconds: Number(time % NANOSECONDS) };
  };
  return {
    'wasi:cli/environment get-environment': empty,
    'wasi:cli/environment get-arguments': empty,
    'wasi:cli/environment initial-cwd': nothing,
    'wasi:cli/exit exit': () => {
      throw new PluginFault('trap', pluginName, 'exits');
    },
    'wasi:cli/stdin get-stdin': () => resource('input-stream').create(),
    'wasi:cli/stdout get-stdout': output('notice'),
    'wasi:cli/stderr get-stderr': output('warning'),
    'wasi:cli/terminal-stdin get-terminal-stdin': nothing,
    'wasi:cli/terminal-stdout get-terminal-stdout': nothing,
    'wasi:cli/terminal-stderr get-terminal-stderr': nothing,
    'wasi:clocks/monotonic-clock now': () => host.now(),
    'wasi:clocks/monotonic-clock resolution': () => CLOCK_RESOLUTION,
    'wasi:clocks/monotonic-clock subscribe-instant': pollable,
    'wasi:clocks/monotonic-clock subscribe-duration': pollable,
    'wasi:clocks/wall-clock now': () => dateTime(host.now()),
    'wasi:clocks/wall-clock resolution': () => dateTime(CLOCK_RESOLUTION),
    'wasi:filesystem/preopens get-directories': empty,
    'wasi:io/error [method]error.to-debug-string': () => '',
    'wasi:io/poll [method]pollable.ready': () => true,
    'wasi:io/poll [method]pollable.block': nothing,
    'wasi:io/poll poll': (all) => Uint32Array.from(Array.isArray(all) ? all.keys() : []),
    'wasi:io/streams [method]input-stream.read': closed,
    'wasi:io/streams [method]input-stream.blocking-read': closed,
    'wasi:io/streams [method]input-stream.skip': closed,
    'wasi:io/streams [method]input-stream.blocking-skip': closed,
    'wasi:io/streams [method]input-stream.subscribe': pollable,
    'wasi:io/streams [method]output-stream.check-write': () => BigInt(WRITE_SIZE_MAX),
    'wasi:io/streams [method]output-stream.write': write,
    'wasi:io/streams [method]output-stream.blocking-write-and-flush': write,
    'wasi:io/streams [method]output-stream.flush': nothing,
    'wasi:io/streams [method]output-stream.blocking-flush': nothing,
    'wasi:io/streams [method]output-stream.subscribe': pollable,
    'wasi:random/random get-random-bytes': random,
    'wasi:random/random get-random-u64': randomNumber,
    'wasi:random/insecure get-insecure-random-bytes': random,
    'wasi:random/insecure get-insecure-random-u64': randomNumber,
    'wasi:random/insecure-seed insecure-seed': () => [randomNumber(), randomNumber()],
  };
}
