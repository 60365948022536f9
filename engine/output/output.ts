import type { Alert } from '../alert/alert.ts';

/** A destination of alerts. `deliver` resolves when they are handed over; a rejection ends the run. */
export interface Output {
  readonly name: string;
  deliver(alerts: readonly Alert[]): Promise<void>;
  close(): Promise<void>;
}
