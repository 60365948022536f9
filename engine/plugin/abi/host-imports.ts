/*
 * What a component of schemas/wit/v0.1 imports, as the generated bindings call it: host services with every
 * argument checked once more. The types of a component are compared with the WIT before it is prepared; what
 * is checked here is the second wall, and how much a plugin may ask for. A violation is a fault of that plugin, thrown
 * through its own frames into the guard around the call.
 */

import { LIMITS } from '../../base/limits.ts';
import type { MessageFate } from '../../store/protocol/queue-message.ts';
import { toStoreError } from '../../store/store-error.ts';
import type { HostServices, LogLevel, PluginObject } from '../host/host-services.ts';
import { PluginFault } from './plugin-instance.ts';
import { createWasi, type WasiInterface } from './wasi.ts';

export type Imports = Record<string, Record<string, unknown>>;

export interface HostImports {
  /** By interface name without version. Only the functions listed here can be reached. */
  readonly imports: Imports;
  /** Before each call into the guest: starts the counts of one call again. */
  beginCall(): void;
}

const LEVELS: readonly unknown[] = ['error', 'warning', 'notice', 'debug'];
const SEVERITIES: readonly unknown[] = ['lost', 'warning'];
const ENCODINGS: readonly unknown[] = ['automatic', 'identity'];

/** What the bindings call when the guest drops a resource: Node's own symbol where it has one. */
const DISPOSE = (Symbol as { readonly dispose?: symbol }).dispose ?? Symbol.for('dispose');

export function createHostImports(
  host: HostServices,
  pluginName: string,
  wasi: readonly WasiInterface[] = [],
): HostImports {
  const check = new ArgumentCheck(pluginName);
  const StoreObject = createObjectClass(check);
  const ofWasi = createWasi(wasi, { host, pluginName, countCall: () => check.countCall() });
  const imports = bare({
    ...ofWasi,
    'tiercel:plugin/log': bare({
      write: (level: unknown, message: unknown) => {
        check.countCall();
        host.log(check.oneOf(LEVELS, level) as LogLevel, check.text(message));
      },
    }),
    'tiercel:plugin/report': bare({
      add: (problem: GuestProblem) => {
        check.countCall();
        host.problem({
          severity: check.oneOf(SEVERITIES, problem.severity) as 'lost' | 'warning',
          subject: check.text(problem.subject),
          line: check.wholeNumber(problem.line),
          message: check.text(problem.message),
        });
      },
    }),
    'tiercel:plugin/clock': bare({
      now: () => {
        check.countCall();
        return host.now();
      },
    }),
    'tiercel:plugin/queue': createQueue(host, check),
    'tiercel:plugin/store': bare({
      Object: StoreObject.Class,
      listEntries: (root: unknown, after: unknown, limit: unknown) => {
        check.countCall();
        const count = Math.min(check.wholeNumber(limit), LIMITS.listEntriesMax.value);
        const [rootName, path] = [check.text(root), check.text(after)];
        return answering(() =>
          host.store.listEntries(rootName, path, count).map(({ path, size, modifiedNs }) => ({
            path,
            size: BigInt(size),
            modified: modifiedNs,
          })),
        );
      },
      open: (root: unknown, path: unknown, encoding: unknown, offset: unknown) => {
        check.countCall();
        check.countOpen(StoreObject.openCount());
        const [rootName, pathName] = [check.text(root), check.text(path)];
        const kind = check.oneOf(ENCODINGS, encoding) as 'automatic' | 'identity';
        const start = check.wholeNumber(offset);
        return answering(() =>
          StoreObject.create(host.store.open(rootName, pathName, kind, start)),
        );
      },
    }),
  });
  return { imports, beginCall: () => check.beginCall() };
}

function createQueue({ queue }: HostServices, check: ArgumentCheck): Record<string, unknown> {
  const settle = (fate: MessageFate) => (root: unknown, handles: unknown) => {
    check.countCall();
    const [rootName, given] = [check.text(root), check.handles(handles)];
    return answering(() => queue.settle(rootName, given, fate));
  };
  return bare({
    receive: (root: unknown, max: unknown, wait: unknown) => {
      check.countReceive();
      const rootName = check.text(root);
      const count = Math.min(check.wholeNumber(max), LIMITS.receivedMessagesMax.value);
      const waitMs = Math.min(check.wholeNumber(wait), LIMITS.queueWaitMax.value);
      return answering(() => queue.receive(rootName, count, waitMs));
    },
    done: settle('done'),
    retry: settle('retry'),
  });
}

interface GuestProblem {
  readonly severity: unknown;
  readonly subject: unknown;
  readonly line: unknown;
  readonly message: unknown;
}

class ArgumentCheck {
  readonly #pluginName: string;
  #calls = 0;
  #receives = 0;

  constructor(pluginName: string) {
    this.#pluginName = pluginName;
  }

  beginCall(): void {
    this.#calls = 0;
    this.#receives = 0;
  }

  countCall(): void {
    this.#calls += 1;
    const most = LIMITS.hostCallsMax.value;
    if (this.#calls > most) this.#fail('denied', `more than ${most} calls of the host in one call`);
  }

  countReceive(): void {
    this.countCall();
    this.#receives += 1;
    const most = LIMITS.receiveCallsMax.value;
    if (this.#receives > most) this.#fail('denied', `more than ${most} \`receive\` in one call`);
  }

  countOpen(count: number): void {
    const most = LIMITS.openObjectsMax.value;
    if (count >= most) this.#fail('denied', `more than ${most} objects open at a time`);
  }

  text(value: unknown): string {
    if (typeof value !== 'string') return this.#fail('answer', 'an argument that is not text');
    const most = LIMITS.hostTextSizeMax.value;
    if (value.length <= most) return value;
    return this.#fail('denied', `a text of ${value.length} characters, of at most ${most}`);
  }

  /** Those beyond 2^53 are as good as that: no file and no line is so far. */
  wholeNumber(value: unknown): number {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number === 'number' && number >= 0 && Number.isInteger(number)) {
      return Math.min(number, Number.MAX_SAFE_INTEGER);
    }
    return this.#fail('answer', 'an argument that is not a whole number');
  }

  /** As the bindings lift a `list<u64>`; of at most as many messages as may be open. */
  handles(value: unknown): readonly bigint[] {
    if (!(value instanceof BigUint64Array))
      return this.#fail('answer', 'handles that are no list of numbers');
    const most = LIMITS.settledMessagesMax.value;
    if (value.length <= most) return [...value];
    return this.#fail('denied', `${value.length} handles, of at most ${most}`);
  }

  oneOf(values: readonly unknown[], value: unknown): unknown {
    return values.includes(value)
      ? value
      : this.#fail('answer', 'an argument that the WIT has not');
  }

  #fail(kind: 'answer' | 'denied', message: string): never {
    throw new PluginFault(kind, this.#pluginName, `calls the host with ${message}`);
  }
}

interface ObjectClass {
  /** What the bindings know the resource by. */
  readonly Class: unknown;
  readonly create: (object: PluginObject) => unknown;
  readonly openCount: () => number;
}

/** The resource `object`: a class of its own for each instance, which inherits nothing. */
function createObjectClass(check: ArgumentCheck): ObjectClass {
  let openCount = 0;
  class StoreObject {
    readonly #object: PluginObject;
    constructor(object: PluginObject) {
      this.#object = object;
      openCount += 1;
    }

    read(max: unknown): Uint8Array {
      check.countCall();
      const size = Math.min(check.wholeNumber(max), LIMITS.readSizeMax.value);
      return answering(() => this.#object.read(size));
    }

    static close(object: StoreObject): void {
      openCount -= 1;
      object.#object.close();
    }
  }
  const { prototype, close } = StoreObject;
  // A method by this name cannot be declared: which symbol it is depends on the Node that runs.
  Object.defineProperty(prototype, DISPOSE, {
    value(this: StoreObject): void {
      close(this);
    },
  });
  const create = (object: PluginObject): unknown => new StoreObject(object);
  for (const inherited of ['constructor', 'name', 'length', 'close']) {
    Reflect.deleteProperty(prototype, inherited);
    Reflect.deleteProperty(StoreObject, inherited);
  }
  Object.setPrototypeOf(prototype, null);
  Object.setPrototypeOf(StoreObject, null);
  return { Class: StoreObject, create, openCount: () => openCount };
}

function bare<Value extends object>(value: Value): Value {
  return Object.assign(Object.create(null) as object, value);
}

/** An error of the store becomes an `err(...)` in the form that the bindings want thrown. */
function answering<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const { code, message } = toStoreError(error);
    throw { code, message };
  }
}
