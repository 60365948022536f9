/*
 * Rotation by copy and by gzip leaves the same bytes in another file: app.log.1 is what app.log was before it was cut,
 * app.log.1.gz what app.log.1 was before it was removed. Such a file goes on where the other one stood. What a new file
 * is cannot always be said at once: until then it is held.
 */

import type { FollowTimes } from './follow-times.ts';
import { areRelated, NO_TAIL, type TrackedFile } from './tracked-file.ts';

export type Verdict =
  | { readonly kind: 'hold' }
  /** All of it is new. */
  | { readonly kind: 'own' }
  /** It has what the other one had: what was read of that one is not read again. */
  | { readonly kind: 'heir'; readonly of: TrackedFile };

const HOLD: Verdict = { kind: 'hold' };

/** `others`: files that are followed or were until a short time ago. */
export function judgeNewFile(
  file: TrackedFile,
  others: readonly TrackedFile[],
  nowMs: number,
  times: FollowTimes,
): Verdict {
  if (file.head.length === 0) return HOLD;
  const quietMs = nowMs - file.changedMs;
  // What was cut away in a file is no copy of what came after it.
  const related = others.filter((one) => one.id !== file.id && areRelated(one.head, file.head));
  // One that is no more first: it is what rotation leaves.
  const origin = related.find(({ fate }) => fate !== 'there') ?? related[0];
  if (origin === undefined) {
    return file.isCompressed === true && quietMs < times.compressedMs ? HOLD : { kind: 'own' };
  }
  if (origin.fate === 'there' || file.head.length < origin.head.length) {
    return quietMs < times.copyMs ? HOLD : { kind: 'own' };
  }
  if (!origin.isDrained) return HOLD;
  if (file.isCompressed === true) {
    return quietMs < times.compressedMs ? HOLD : { kind: 'heir', of: origin };
  }
  // A copy that is still being written.
  if (file.size < origin.offset) return quietMs < times.copyMs ? HOLD : { kind: 'own' };
  return { kind: 'heir', of: origin };
}

/** What was read of `origin` counts as read of `file`. */
export function inherit(file: TrackedFile, origin: TrackedFile): void {
  origin.heir = file;
  file.isAside = origin.isAside;
  file.knownAs = origin.knownAs;
  file.offset = origin.offset;
  file.lines = origin.lines;
  file.readTo = origin.offset;
  file.tail = file.isCompressed === true ? NO_TAIL : origin.tail;
  // Of a compressed file it is not known how much there is.
  file.seenEnd = file.isCompressed === true ? 0 : origin.offset;
}
