import type { Clock } from '../../base/clock.ts';
import { LIMITS } from '../../base/limits.ts';
import { StoreRoots } from './store-roots.ts';

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

/** What the imports of a plugin end in; one for each instance. */
export interface HostServices {
  readonly log: (level: LogLevel, message: string) => void;
  readonly problem: (problem: Problem) => void;
  /** Nanoseconds since 1970. */
  readonly now: () => bigint;
  readonly store: StoreRoots;
}

export interface ServicesOptions {
  readonly plugin: string;
  /** `undefined`: not granted. */
  readonly clock: Clock | undefined;
  /** `undefined`: no roots. */
  readonly store: StoreRoots | undefined;
  readonly onLog: (line: LogLine) => void;
  readonly onProblem: (problem: Problem) => void;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** The services with their limits: lines beyond them are cut, or left out. */
export function createServices(options: ServicesOptions): HostServices {
  const { plugin, clock } = options;
  let logLines = 0;
  return {
    log: (level, message) => {
      logLines += 1;
      if (logLines > LIMITS.logLinesMax.value) return;
      options.onLog({ plugin, level, message: message.slice(0, LIMITS.logLineSizeMax.value) });
    },
    problem: (problem) => {
      const message = problem.message.slice(0, LIMITS.logLineSizeMax.value);
      options.onProblem({ ...problem, message });
    },
    now: () => (clock === undefined ? 0n : BigInt(clock.nowMs()) * NANOSECONDS_PER_MILLISECOND),
    store: options.store ?? new StoreRoots({ locations: {}, report: () => {} }),
  };
}
