import type { Alert } from '../../detect/alert/alert.ts';

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
  /**
   * Alerts, the latest that were handed over, that the receiver may not have read yet: they are delivered again after
   * the next failure. Without it, everything handed over has arrived.
   */
  readonly unread?: number;
  /** Set by the queue: called when the receiver fails between two deliveries. */
  onFailure?: ((error: unknown) => void) | undefined;
  /** Resolves when all that was handed over is read, rejects when it is not. `leftMs`: asked again and again. */
  flush?(leftMs: () => number): Promise<void>;
  close(): Promise<void>;
  /** Called before `close`, while a delivery is under way: the delivery is to end soon, and nothing follows. */
  abandon?(): void;
  /** Others have moved what it writes to: it begins anew under the same name. */
  reopen?(): Promise<void>;
}
