import type { Alert } from '../alert/alert.ts';

/**
 * A destination of alerts. Every method may reject with what the system said. One of this machine is not used again
 * then; one that may be away says so with an `OutputFault`, and is.
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
  /** Others have moved what it writes to: it begins anew under the same name. */
  reopen?(): Promise<void>;
}
