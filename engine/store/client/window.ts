/* The panes of a window, in the process that reads: who has which one. */

import { PANE_COUNT, type WindowObject } from './window-object.ts';

export class Window {
  /** The object whose bytes are in a pane, or on their way to it. */
  readonly #owners: (number | undefined)[] = Array(PANE_COUNT).fill(undefined);
  /** What was asked for and has not come: it keeps its pane. */
  readonly #pending = new Set<number>();

  /** A pane for bytes of `object`, if there is one; `objectAt` finds who has to leave one. */
  take(object: number, objectAt: (object: number) => WindowObject | undefined): number | undefined {
    let pane = this.#owners.indexOf(undefined);
    if (pane < 0) {
      pane = this.#owners.findIndex(
        (owner, index) => owner !== object && !this.#pending.has(index),
      );
      if (pane < 0) return undefined;
      objectAt(this.#owners[pane] ?? 0)?.vacate(pane);
    }
    this.#owners[pane] = object;
    this.#pending.add(pane);
    return pane;
  }

  /** What was asked for has come. */
  arrived(pane: number): void {
    this.#pending.delete(pane);
  }

  release(pane: number): void {
    if (!this.#pending.has(pane)) this.#owners[pane] = undefined;
  }
}
