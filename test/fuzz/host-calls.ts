/* Every import with arguments that no toolchain gives: the host sees only what the WIT says, or nothing. */

import { createHostImports } from '../../engine/plugin/abi/host-imports.ts';
import { PluginFault } from '../../engine/plugin/abi/plugin-instance.ts';
import type { HostServices } from '../../engine/plugin/host/host-services.ts';
import { StoreError } from '../../engine/store/store-error.ts';
import type { Fuzz } from './fuzz-worker.ts';
import type { Random } from './random.ts';

const ODD: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  0n,
  -1n,
  2n ** 64n,
  '',
  'x',
  '../../etc/passwd',
  'x'.repeat(2_000_000),
  '\ud800\u202e\u001b[2J',
  'error',
  'lost',
  'automatic',
  '__proto__',
  'constructor',
  [],
  {},
  new Uint8Array(3),
  Symbol('s'),
  () => 1,
  Object.create(null),
  { toString: () => 'error', valueOf: () => 1 },
  new Proxy({}, { get: () => 'error' }),
  { severity: 'lost', subject: 's', line: 1n, message: 'm' },
  { severity: 'lost', subject: [], line: -1, message: {} },
  { severity: 'warning', subject: 's', line: Number.NaN, message: 'm' },
  new BigUint64Array(3),
  new BigUint64Array(10_001),
];

function expectText(...values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value !== 'string') throw new TypeError('the host was given what is not text');
  }
}

function expectNumber(...values: readonly unknown[]): void {
  for (const value of values) {
    if (!Number.isSafeInteger(value) || Number(value) < 0)
      throw new TypeError('the host was given a bad number');
  }
}

/** Takes what is right, and breaks at anything else. */
const host: HostServices = {
  log: (level, message) => {
    if (!['error', 'warning', 'notice', 'debug'].includes(level))
      throw new TypeError('a bad level');
    expectText(message);
  },
  problem: ({ severity, subject, line, message }) => {
    if (severity !== 'lost' && severity !== 'warning') throw new TypeError('a bad severity');
    expectText(subject, message);
    expectNumber(line);
  },
  now: () => 1n,
  store: {
    listEntries: (root, after, limit) => {
      expectText(root, after);
      expectNumber(limit);
      return [{ path: 'a', size: 1, modifiedNs: 1n }];
    },
    open: (root, path, encoding, offset) => {
      expectText(root, path, encoding);
      expectNumber(offset);
      if (path === '') throw new StoreError('denied', 'nothing is granted');
      return {
        read: (max) => {
          expectNumber(max);
          return new Uint8Array(Math.min(max, 16));
        },
        close: () => {},
      };
    },
  },
  queue: {
    receive: (root, max, waitMs) => {
      expectText(root);
      expectNumber(max, waitMs);
      return [{ handle: 1n, body: new Uint8Array(1), attributes: [['a', 'b']] }];
    },
    settle: (root, handles) => {
      expectText(root);
      if (handles.some((handle) => typeof handle !== 'bigint'))
        throw new TypeError('the host was given a bad handle');
    },
  },
};

type Call = (...args: readonly unknown[]) => unknown;

export function fuzzHostCalls(): Fuzz {
  return (random) => {
    const { imports, beginCall } = createHostImports(host, 'fuzzed');
    beginCall();
    const [name, functions] = random.pick(Object.entries(imports));
    const [method, value] = random.pick(Object.entries(functions));
    const args = Array.from({ length: random.below(6) }, () => random.pick(ODD));
    // The resource is not called, but made by `open` and read.
    const call = method === 'Object' ? readOpened(functions, random) : (value as Call);
    try {
      call(...args);
      return `${name} ${method}: done`;
    } catch (error) {
      if (error instanceof PluginFault) return `${name} ${method}: fault`;
      const code: unknown = (error as { code?: unknown } | null)?.code;
      const isAnswer = !(error instanceof Error) && typeof code === 'string';
      if (isAnswer) return `${name} ${method}: ${code}`;
      // A problem that is no record: reading it is what fails, inside the guard.
      if (
        method === 'add' &&
        error instanceof TypeError &&
        /Cannot read prop/.test(error.message)
      ) {
        return `${name} ${method}: no record`;
      }
      throw error;
    }
  };
}

function readOpened(functions: Record<string, unknown>, random: Random): Call {
  const open = functions.open as Call;
  const object = open('input', 'x', 'automatic', BigInt(random.below(9))) as { read: Call };
  return (...args) => object.read(...args);
}
