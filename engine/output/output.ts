import type { Alert } from '../alert/alert.ts';

/**
 * A destination of alerts. Every method may reject with what the system said; an output that rejected
 * once is not used again.
 */
export interface Output {
  /** As people know it: `standard output`, `file ./alerts.txt`. */
  readonly name: string;
  /** Before the first event is read: whether alerts can be written at all. */
  open(): Promise<void>;
  /** Resolves when the alerts are handed over. */
  deliver(alerts: readonly Alert[]): Promise<void>;
  close(): Promise<void>;
  /** What it was given and does not take is given up; it is not used again. */
  abandon?(): void;
}
