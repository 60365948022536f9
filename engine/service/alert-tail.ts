/* The latest alerts, for people who look at them now: bounded, whatever comes. */

import type { Alert } from '../detect/alert/alert.ts';

/** As it is shown. */
export interface ShownAlert {
  /** From 1 on, in the order in which alerts went to the outputs. */
  readonly number: number;
  readonly rule: string;
  readonly priority: string;
  readonly source: string;
  /** Of the event, milliseconds since 1970. */
  readonly time: number;
  readonly line: string;
}

const COUNT_MAX = 10_000;
const LINE_SIZE_MAX = 8 << 10;
/** Characters of all lines. */
const SIZE_MAX = 16 << 20;

export class AlertTail {
  #alerts: ShownAlert[] = [];
  #size = 0;
  #total = 0;

  /** Alerts so far. */
  get total(): number {
    return this.#total;
  }

  add(alerts: readonly Alert[]): void {
    const first = this.#total + Math.max(0, alerts.length - COUNT_MAX);
    this.#total += alerts.length;
    for (const [index, alert] of alerts.slice(-COUNT_MAX).entries()) {
      const { rule, priority, source, time } = alert;
      const line =
        alert.line.length > LINE_SIZE_MAX ? `${alert.line.slice(0, LINE_SIZE_MAX)}…` : alert.line;
      const number = first + index + 1;
      const shown = { number, rule, priority, source, time: Number(time / 1_000_000n), line };
      this.#alerts.push(shown);
      this.#size += line.length;
    }
    this.#forget();
  }

  /** Those behind the number that are still known, the oldest first, no more than `max`. */
  after(number: number, max: number): ShownAlert[] {
    const first = this.#alerts[0]?.number ?? 0;
    const from = Math.max(0, number + 1 - first);
    return this.#alerts.slice(from, from + max);
  }

  /** In steps, since every step moves all that is kept. */
  #forget(): void {
    if (this.#alerts.length < 2 * COUNT_MAX && this.#size < 2 * SIZE_MAX) return;
    let from = Math.max(0, this.#alerts.length - COUNT_MAX);
    let size = this.#alerts.slice(from).reduce((sum, { line }) => sum + line.length, 0);
    while (size > SIZE_MAX) {
      size -= this.#alerts[from]?.line.length ?? 0;
      from += 1;
    }
    this.#alerts = this.#alerts.slice(from);
    this.#size = size;
  }
}
