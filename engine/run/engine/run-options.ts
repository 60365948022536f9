import type { Alert } from '../../detect/alert/alert.ts';
import type { LogLine, Problem } from '../../plugin/host/host-services.ts';
import type { DeadLetter, MessageLetter } from '../dead-letter/dead-letter.ts';
import type { RunFault } from '../stream/stream-protocol.ts';
import type { Progress } from './run-summary.ts';

/** The callbacks of a run, and the signal that stops it. */
export interface RunOptions {
  /** Aborting stops after the current batches; everything up to there is delivered. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onProblem?: (problem: Problem) => void;
  readonly onFault?: (fault: RunFault) => void;
  readonly onLog?: (line: LogLine) => void;
  /**
   * Takes alerts to the outputs, in the order of each stream; a call may come before the one before it has resolved. A
   * rejection ends the run with that error; `false` says that some output will never have them: from there on nothing
   * counts as read, and the next run begins there.
   */
  readonly deliver: (alerts: readonly Alert[]) => Promise<boolean> | Promise<void> | void;
  /**
   * Called when streams have ended, before the summary: outputs are closed in it, so that every delivery resolves and
   * the summary says what became of all alerts.
   */
  readonly closeOutputs?: () => Promise<void>;
  /** Takes events that some rules were not evaluated for, after their alerts; as `deliver`. */
  readonly onDeadLetters?: (letters: readonly DeadLetter[]) => Promise<void> | void;
  /** Takes an unreadable message of a queue; resolves to whether it may be deleted there. */
  readonly onPoisonMessage?: (letter: MessageLetter) => Promise<boolean>;
}
