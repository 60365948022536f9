/* The latest alerts, for people who look at them now: bounded, whatever comes. */

import type { Alert } from '../detect/alert/alert.ts';
import type { ShownAlert } from './page-data.ts';

const COUNT_MAX = 10_000;
const LINE_SIZE_MAX = 8 << 10;
/** Characters of all lines and bodies. */
const SIZE_MAX = 16 << 20;

export interface AlertTailOptions {
  /** Among the channels of an alert, the one with its message and fields; `undefined` if there is none. */
  readonly channel?: number | undefined;
  /** Alerts of earlier runs, the oldest first. */
  readonly earlier?: readonly Alert[];
}

export class AlertTail {
  readonly #channel: number | undefined;
  readonly #earlierCount: number;
  #alerts: ShownAlert[] = [];
  #size = 0;
  #last = 0;

  constructor({ channel, earlier = [] }: AlertTailOptions = {}) {
    this.#channel = channel;
    this.#earlierCount = earlier.length;
    this.#append(earlier, true);
  }

  /** Alerts of this run. */
  get total(): number {
    return this.#last - this.#earlierCount;
  }

  /** Number of the latest alert. */
  get last(): number {
    return this.#last;
  }

  add(alerts: readonly Alert[]): void {
    this.#append(alerts, false);
    this.#forget();
  }

  /** Those behind the number that are still known, the oldest first, no more than `max`. */
  after(number: number, max: number): ShownAlert[] {
    const first = this.#alerts[0]?.number ?? 0;
    const from = Math.max(0, number + 1 - first);
    return this.#alerts.slice(from, from + max);
  }

  #append(alerts: readonly Alert[], isEarlier: boolean): void {
    const first = this.#last + Math.max(0, alerts.length - COUNT_MAX);
    this.#last += alerts.length;
    for (const [index, alert] of alerts.slice(-COUNT_MAX).entries()) {
      const shown = this.#show(alert, first + index + 1);
      this.#alerts.push(isEarlier ? { ...shown, isEarlier } : shown);
      this.#size += sizeOf(shown);
    }
  }

  #show({ rule, priority, source, time, line, channels }: Alert, number: number): ShownAlert {
    const cut = line.length > LINE_SIZE_MAX ? `${line.slice(0, LINE_SIZE_MAX)}…` : line;
    const body = this.#channel === undefined ? undefined : channels?.[this.#channel];
    const shown = {
      ...{ number, rule, priority, source, line: cut },
      time: Number(time / 1_000_000n),
    };
    // A part of JSON is no JSON.
    const isWhole = typeof body === 'string' && body.length <= LINE_SIZE_MAX;
    return isWhole ? { ...shown, body } : shown;
  }

  /** In steps, since every step moves all that is kept. */
  #forget(): void {
    if (this.#alerts.length < 2 * COUNT_MAX && this.#size < 2 * SIZE_MAX) return;
    let from = Math.max(0, this.#alerts.length - COUNT_MAX);
    let size = this.#alerts.slice(from).reduce((sum, alert) => sum + sizeOf(alert), 0);
    while (size > SIZE_MAX) {
      const oldest = this.#alerts[from];
      size -= oldest === undefined ? 0 : sizeOf(oldest);
      from += 1;
    }
    this.#alerts = this.#alerts.slice(from);
    this.#size = size;
  }
}

function sizeOf({ line, body = '' }: ShownAlert): number {
  return line.length + body.length;
}
