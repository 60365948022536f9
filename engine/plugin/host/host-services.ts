import type { StoreRoots } from './store-roots.ts';

export type LogLevel = 'error' | 'warning' | 'notice' | 'debug';

export interface Problem {
  readonly severity: 'lost' | 'warning';
  readonly subject: string;
  /** From 1; 0: about the whole. */
  readonly line: number;
  readonly message: string;
}

/** What the imports of a plugin end in; one for each instance, in its lane. */
export interface HostServices {
  readonly log: (level: LogLevel, message: string) => void;
  readonly problem: (problem: Problem) => void;
  /** Nanoseconds since 1970. */
  readonly now: () => bigint;
  readonly store: StoreRoots;
}
