import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { STOP_SIGNALS, type StopSignal } from './run-report.ts';

/** Whatever streams, outputs and disks do: whoever stops a program kills it some time later. */
const STOP_TIME_MAX_MS = 4_500;

export interface SignalStop {
  /** The one that came, if one did. */
  readonly signal: StopSignal | undefined;
  /** When all has to be over, as `SYSTEM_CLOCK.monotonicMs` tells it. */
  readonly endMs: number | undefined;
  release(): void;
}

/**
 * The first Ctrl-C or SIGTERM stops after the current batches. The second one is left to the system: it
 * ends the process wherever it is, also while a thread of ours is in a read that does not return.
 */
export function stopOnSignals(abort: AbortController): SignalStop {
  const state: { signal?: StopSignal; endMs?: number } = {};
  const release = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    state.signal = signal as StopSignal;
    state.endMs = SYSTEM_CLOCK.monotonicMs() + STOP_TIME_MAX_MS;
    release();
    abort.abort();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    get signal() {
      return state.signal;
    },
    get endMs() {
      return state.endMs;
    },
    release,
  };
}
