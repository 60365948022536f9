import type { Clock } from '../../base/clock.ts';
import { LIMITS } from '../../base/limits.ts';
import { cutText } from '../../base/text.ts';
import type { StoreEntry } from '../../store/object-store.ts';
import type { MessageFate, QueueMessage } from '../../store/protocol/queue-message.ts';
import type { StoreEncoding } from '../../store/protocol/store-protocol.ts';
import { StoreError } from '../../store/store-error.ts';

export type LogLevel = 'error' | 'warning' | 'notice' | 'debug';

export interface Problem {
  readonly severity: 'lost' | 'warning';
  readonly subject: string;
  /** From 1; 0: about the whole. */
  readonly line: number;
  readonly message: string;
}

export interface LogLine {
  readonly plugin: string;
  readonly level: LogLevel;
  readonly message: string;
}

/** Roots that the operator granted. Throws `StoreError`. */
export interface PluginStore {
  listEntries(root: string, after: string, limit: number): readonly StoreEntry[];
  open(root: string, path: string, encoding: StoreEncoding, offset: number): PluginObject;
}

export interface PluginObject {
  /** Up to `max` decoded bytes, empty at the end; valid until the next call. Throws `StoreError`. */
  read(max: number): Uint8Array;
  close(): void;
}

/** Queue roots that the operator granted. Throws `StoreError`. */
export interface PluginQueue {
  /** None when none came within the time. */
  receive(root: string, max: number, waitMs: number): readonly QueueMessage[];
  settle(root: string, handles: readonly bigint[], fate: MessageFate): void;
}

const NO_QUEUES: PluginQueue = {
  receive: (root) => denyRoot(root, 'queue'),
  settle: (root) => denyRoot(root, 'queue'),
};
const NO_ROOTS: PluginStore = {
  listEntries: (root) => denyRoot(root, 'store'),
  open: (root) => denyRoot(root, 'store'),
};

function denyRoot(root: string, kind: 'store' | 'queue'): never {
  throw new StoreError('denied', `${kind} root \`${root}\` was not granted`);
}

/** What the imports of a plugin end in; one for each instance. */
export interface HostServices {
  readonly log: (level: LogLevel, message: string) => void;
  readonly problem: (problem: Problem) => void;
  /** Nanoseconds since 1970. */
  readonly now: () => bigint;
  readonly store: PluginStore;
  readonly queue: PluginQueue;
}

export interface ServicesOptions {
  readonly plugin: string;
  /** `undefined`: not granted. */
  readonly clock: Clock | undefined;
  /** `undefined`: no roots. */
  readonly store: PluginStore | undefined;
  /** Absent: no queues. */
  readonly queue?: PluginQueue;
  readonly onLog: (line: LogLine) => void;
  readonly onProblem: (problem: Problem) => void;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** The services with their limits: lines that are too long are cut. */
export function createServices(options: ServicesOptions): HostServices {
  const { plugin, clock } = options;
  return {
    log: (level, message) =>
      options.onLog({ plugin, level, message: cutText(message, LIMITS.logLineSizeMax.value) }),
    problem: (problem) => {
      const message = cutText(problem.message, LIMITS.logLineSizeMax.value);
      const subject = cutText(problem.subject, LIMITS.subjectSizeMax.value);
      options.onProblem({ ...problem, subject, message });
    },
    now: () => (clock === undefined ? 0n : BigInt(clock.nowMs()) * NANOSECONDS_PER_MILLISECOND),
    store: options.store ?? NO_ROOTS,
    queue: options.queue ?? NO_QUEUES,
  };
}
