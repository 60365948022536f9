/** Number of lines before some bytes of a run: a reader that resumes there need not read the run from its start. */

export interface Waypoint {
  /** Position in the run, in decoded bytes. */
  readonly bytes: number;
  readonly lines: number;
}

const START: Waypoint = { bytes: 0, lines: 0 };
const DISTANCE = 1 << 20;
/** A source is never so much behind what was given to it. */
const KEPT = 64;

export class Waypoints {
  readonly #points: Waypoint[];

  constructor(points: readonly Waypoint[] = []) {
    this.#points = [...points];
  }

  get list(): readonly Waypoint[] {
    return this.#points;
  }

  /** The first so many bytes of the run, which end where something was given out, hold so many lines. */
  reached(bytes: number, lines: number): void {
    if (bytes < (this.#points.at(-1)?.bytes ?? 0) + DISTANCE) return;
    this.#points.push({ bytes, lines });
    if (this.#points.length > KEPT) this.#points.shift();
  }

  /** The nearest one that is not behind. */
  before(bytes: number): Waypoint {
    return this.#points.findLast((point) => point.bytes <= bytes) ?? START;
  }
}
