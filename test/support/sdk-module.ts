import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { REPOSITORY } from './run-program.ts';

const SDK = /(?:^|\/)tiercel\/sdk\/(.+)$/;
const ENTRY = 'sdk-probe.ts';
const PROBE = 'test/support/sdk-probe.as';

interface ProbeExports {
  readonly memory: WebAssembly.Memory;
  room(size: number): number;
  giveBack(address: number): void;
  setPattern(start: number, size: number): number;
  setColumns(separator: number, count: number): number;
  keepParts(bits: bigint): void;
  split(start: number, size: number): number;
  failedAt(): number;
  partStart(part: number): number;
  partEnd(part: number): number;
  time(form: number, start: number, size: number): bigint;
  address(start: number, size: number, target: number): number;
  pair(start: number, size: number, name: number, nameSize: number, separator: number): number;
  pairFrom(): number;
  pairTo(): number;
}

/** What of the SDK takes text apart, called with strings. */
export interface SdkModule {
  /** Names how many parts there are; throws with the message of the SDK where the expression is none. */
  setPattern(expression: string): number;
  setColumns(separator: string, count: number): number;
  /** From now on only parts for which it is true have to be noted. */
  keepParts(wanted: readonly boolean[]): void;
  /** The parts, `undefined` for an absent one; a number: the character of the line that is not of the format, from 1. */
  split(line: string): (string | undefined)[] | number;
  /** `form`: its number in `TimeForm`. `undefined`: no time. */
  time(form: number, text: string): bigint | undefined;
  /** Hexadecimal digits; '' for what is no address. */
  address(text: string): string;
  pair(text: string, name: string, separator: string): string | undefined;
}

const NO_TIME = 0xffff_ffff_ffff_ffffn;

/** Builds and starts the module; takes about a second. */
export async function openSdk(): Promise<SdkModule> {
  let said = '';
  const instance = new WebAssembly.Instance(new WebAssembly.Module(await build()), {
    'tiercel:plugin/log@0.1.0': {
      write: (_level: number, start: number, size: number) => {
        said = read(start, start + size);
      },
    },
  });
  const sdk = instance.exports as unknown as ProbeExports;
  const parts = { count: 0 };
  const read = (start: number, end: number): string =>
    Buffer.from(sdk.memory.buffer, start, end - start).toString();
  function withText<T>(text: string, use: (start: number, size: number) => T): T {
    const bytes = Buffer.from(text);
    const start = sdk.room(bytes.length);
    Buffer.from(sdk.memory.buffer).set(bytes, start);
    const answer = use(start, bytes.length);
    sdk.giveBack(start);
    return answer;
  }
  return {
    setPattern: (expression) => {
      try {
        parts.count = withText(expression, (start, size) => sdk.setPattern(start, size));
      } catch (cause) {
        throw new Error(said, { cause });
      }
      return parts.count;
    },
    setColumns: (separator, count) => {
      parts.count = sdk.setColumns(separator.charCodeAt(0), count);
      return parts.count;
    },
    keepParts: (wanted) => {
      const bits = wanted.map((isWanted, part) => (isWanted ? 1n << BigInt(part) : 0n));
      sdk.keepParts(bits.reduce((sum, bit) => sum | bit, 0n));
    },
    split: (line) =>
      withText(line, (start, size) => {
        if (sdk.split(start, size) === 0) return sdk.failedAt() - start + 1;
        return Array.from({ length: parts.count }, (_, part) => {
          const from = sdk.partStart(part);
          return from === 0 ? undefined : read(from, sdk.partEnd(part));
        });
      }),
    time: (form, text) =>
      withText(text, (start, size) => {
        const time = BigInt.asUintN(64, sdk.time(form, start, size));
        return time === NO_TIME ? undefined : time;
      }),
    address: (text) =>
      withText(text, (start, size) => {
        const target = sdk.room(16);
        const length = sdk.address(start, size, target);
        return Buffer.from(sdk.memory.buffer, target, length).toString('hex');
      }),
    pair: (text, name, separator) =>
      withText(text, (start, size) =>
        withText(name, (nameStart, nameSize) => {
          const code = separator.charCodeAt(0);
          if (sdk.pair(start, size, nameStart, nameSize, code) === 0) return undefined;
          return read(sdk.pairFrom(), sdk.pairTo());
        }),
      ),
  };
}

async function build(): Promise<Uint8Array<ArrayBuffer>> {
  let module: Uint8Array | undefined;
  const args = [ENTRY, '--config', 'config.json', '--outFile', 'out.wasm', '--noColors'];
  const { error, stderr } = await main(args, {
    readFile: (name, base) => {
      const ofSdk = SDK.exec(name)?.[1];
      if (basename(name) === 'config.json') return readText(join(REPOSITORY, 'asconfig.json'));
      if (ofSdk !== undefined)
        return readText(join(REPOSITORY, 'plugins-wasm/sdk/assemblyscript', ofSdk));
      if (basename(name) === ENTRY) return readText(join(REPOSITORY, PROBE));
      return readText(join(base, name));
    },
    writeFile: (_name, contents) => {
      module = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || module === undefined) throw new Error(stderr.toString());
  return new Uint8Array(module);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
