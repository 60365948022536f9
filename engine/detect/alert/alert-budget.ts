import { LIMITS } from '../../base/limits.ts';

const CUT_MARK = '… (cut)';
/** What is shown of a value when the budget is used up: readers see that it was cut, and which one. */
const SHORT_SIZE = 256;
/** For names, times and tags. */
const FRAME_SIZE = 512;
/** JSON and `\\n` may double a text. */
const ESCAPED = 2;

/**
 * How much text the alerts of one batch may be. Values that are no longer than their event are never cut, however many
 * rules print them, up to `alertsTotalMax` characters; what plugins give beyond is, when the batch has used up
 * `alertsSizeMax` characters of it.
 */
export class AlertBudget {
  #excessLeft: number = LIMITS.alertsSizeMax.value;
  /** Characters that all alerts of the batch together may still have. */
  #totalLeft: number = LIMITS.alertsTotalMax.value;
  /** Bytes left for the alert that is being written. */
  #left = 0;

  /** `mentions`: how often the alert prints a value. */
  beginAlert(eventSize: number, mentions: number): void {
    this.#left = FRAME_SIZE + ESCAPED * eventSize * mentions;
  }

  endAlert(): void {
    if (this.#left < 0) this.#excessLeft += this.#left;
  }

  get isUsedUp(): boolean {
    return this.#left + this.#excessLeft <= 0 || this.#totalLeft <= 0;
  }

  /** The text of a value, as far as there is room for it. */
  take(text: string): string {
    const room = Math.max(SHORT_SIZE, Math.min(this.#left + this.#excessLeft, this.#totalLeft));
    const taken = Math.min(text.length, room);
    this.#left -= taken;
    this.#totalLeft -= taken;
    return cutTo(text, room);
  }
}

/** Visibly. */
export function cutTo(text: string, size: number): string {
  return text.length > size ? text.slice(0, size) + CUT_MARK : text;
}
