import type { Spool } from './spool/spool.ts';
import type { TriesOptions } from './tries.ts';
import type { UndeliveredFile } from './undelivered-file.ts';

export interface RetryOptions extends TriesOptions {
  /** `undefined`: waiting alerts are in memory, and the pipeline waits too. */
  readonly spool: Spool | undefined;
  /** Milliseconds that alerts wait in memory before they go to the spool. */
  readonly spillAfterMs?: number;
  /** `undefined`: alerts that are not retried any more are lost. */
  readonly deadLetters: UndeliveredFile | undefined;
  /** What people should know, once each time: it is away, it is back, the disk is full. */
  readonly say: (message: string) => void;
}
