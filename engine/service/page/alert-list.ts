/* The list of alerts: only the rows that can be seen are in the document. */

import type { Alerts, PageAlert } from './alerts.ts';
import { byId, clockText, countText, isNarrow, levelOf, make } from './dom.ts';
import { drawTimeline } from './timeline.ts';

/** Heights of a row in pixels, as the style has them. */
const ROW_HEIGHT = 26;
const NARROW_ROW_HEIGHT = 40;
/** Rows above and below the visible ones. */
const EXTRA_ROWS = 10;
/** Between two drawings of the bars, in milliseconds. */
const BARS_PAUSE_MS = 500;

export interface FeedCounts {
  /** Alerts of this run. */
  readonly total: number;
  /** Alerts that came too fast to be sent. */
  readonly missed: number;
}

export class AlertList {
  #picked = 0;
  readonly #alerts: Alerts;
  readonly #list = byId('list');
  readonly #rows = byId('rows');
  #isDue = false;
  #barsDrawnMs = 0;
  #barsTimer: ReturnType<typeof setTimeout> | undefined;
  #counts: FeedCounts = { total: 0, missed: 0 };

  constructor(alerts: Alerts) {
    this.#alerts = alerts;
    this.#list.addEventListener('scroll', () => this.draw());
    addEventListener('resize', () => this.draw());
  }

  get #rowHeight(): number {
    return isNarrow() ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  }

  /** Number of the selected alert; 0: none. */
  get picked(): number {
    return this.#picked;
  }

  /** In the next frame. */
  draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame((frameMs) => {
      this.#isDue = false;
      this.#drawRows();
      this.#drawCount();
      this.#drawBars(frameMs);
    });
  }

  /** `missed` is added to what was missed before. */
  count({ total, missed }: FeedCounts): void {
    this.#counts = { total, missed: this.#counts.missed + missed };
  }

  /** Number of alerts added at the top: a reader further down is not moved. */
  keepPlace(fresh: number): void {
    if (this.#list.scrollTop > this.#rowHeight) this.#list.scrollTop += fresh * this.#rowHeight;
  }

  /** To the latest alert; none is selected. */
  toTop(): void {
    this.#picked = 0;
    this.#list.scrollTop = 0;
    this.draw();
  }

  /** Selects an alert and scrolls to it. */
  pick(number: number): PageAlert | undefined {
    this.#picked = number;
    const { found } = this.#alerts;
    const index = found.findIndex((alert) => alert.number === number);
    if (index !== -1) this.#scrollTo(found.length - 1 - index);
    this.draw();
    return found[index];
  }

  /** The alert so many rows below the selected one; without one the latest. */
  beside(by: number): PageAlert | undefined {
    const { found } = this.#alerts;
    const index = found.findIndex(({ number }) => number === this.#picked);
    const next = index === -1 ? found.length - 1 : index - by;
    return found[Math.min(found.length - 1, Math.max(0, next))];
  }

  #scrollTo(row: number): void {
    const top = row * this.#rowHeight;
    const { scrollTop, clientHeight } = this.#list;
    const bottom = top + this.#rowHeight;
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.#list.scrollTop = bottom - clientHeight;
  }

  #drawRows(): void {
    const { found } = this.#alerts;
    const height = this.#rowHeight;
    this.#rows.style.height = `${found.length * height}px`;
    const first = Math.max(0, Math.floor(this.#list.scrollTop / height) - EXTRA_ROWS);
    const seen = Math.ceil(this.#list.clientHeight / height) + 2 * EXTRA_ROWS;
    const isShort = isNarrow();
    const shown: HTMLElement[] = [];
    for (let row = first; row < Math.min(found.length, first + seen); row++) {
      const alert = found[found.length - 1 - row];
      if (alert === undefined) continue;
      const element = this.#rowOf(alert, isShort);
      element.style.top = `${row * height}px`;
      shown.push(element);
    }
    this.#rows.replaceChildren(...shown);
    const picked = shown.find(({ dataset }) => dataset.number === String(this.#picked));
    if (picked === undefined) this.#list.removeAttribute('aria-activedescendant');
    else this.#list.setAttribute('aria-activedescendant', picked.id);
  }

  #rowOf(alert: PageAlert, isShort: boolean): HTMLElement {
    const isPicked = alert.number === this.#picked;
    const row = make(
      'div',
      '',
      `row${isPicked ? ' picked' : ''}${alert.isEarlier ? ' earlier' : ''}`,
    );
    row.id = `alert-${alert.number}`;
    row.setAttribute('role', 'option');
    row.setAttribute('aria-selected', String(isPicked));
    row.dataset.number = String(alert.number);
    const when = clockText(alert.time);
    row.append(
      make('span', isShort ? when.slice(11) : when, 'when'),
      make('span', alert.priority, `priority ${levelOf(alert.priority)}`),
      make('span', alert.rule, 'rule'),
      make('span', alert.who, 'who'),
      make('span', alert.where, 'where'),
      make('span', alert.message, 'text'),
    );
    return row;
  }

  #drawCount(): void {
    const { found, keptCount, heldCount } = this.#alerts;
    const { total, missed } = this.#counts;
    const kept =
      found.length === keptCount
        ? countText(found.length)
        : `${countText(found.length)} of ${countText(keptCount)}`;
    const waiting = heldCount > 0 ? `, ${countText(heldCount)} came since` : '';
    const unseen = missed > 0 ? `, ${countText(missed)} came too fast to show` : '';
    byId('count').textContent = `${kept} shown${waiting}; ${countText(total)} in this run${unseen}`;
  }

  /** Not with each frame: the bars change little. */
  #drawBars(frameMs: number): void {
    if (frameMs - this.#barsDrawnMs >= BARS_PAUSE_MS) {
      this.#barsDrawnMs = frameMs;
      drawTimeline(this.#alerts.found);
    } else if (this.#barsTimer === undefined) {
      this.#barsTimer = setTimeout(() => {
        this.#barsTimer = undefined;
        this.draw();
      }, BARS_PAUSE_MS);
    }
  }
}
