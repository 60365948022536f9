/** How long to wait for events that no notification announces, in milliseconds. */
export interface FollowTimes {
  /** For the end of a line that is not written to its end. */
  readonly restMs: number;
  /** For bytes that a process still writes to a file that was removed. */
  readonly goneMs: number;
  /** For a copy of a file that is still there to turn out as rotation; then it is a file of its own. */
  readonly copyMs: number;
  /** For the rest of a compressed file: without a change for so long it is whole. */
  readonly compressedMs: number;
  /** For a copy of what was cut away; then it is lost. */
  readonly heirMs: number;
}

export const FOLLOW_TIMES: FollowTimes = Object.freeze({
  restMs: 5_000,
  goneMs: 2_000,
  copyMs: 2_000,
  compressedMs: 1_000,
  heirMs: 10_000,
});
