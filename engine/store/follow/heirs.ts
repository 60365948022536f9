/*
 * Rotation by copy and by gzip leaves the same bytes in another file: app.log.1 is what app.log was before it was cut,
 * app.log.1.gz what app.log.1 was before it was removed. Such a file goes on where the other one stood. What a new file
 * is may not be known at once: until then it is held.
 */

import { areRelated } from './file-values.ts';
import type { FollowTimes } from './follow-times.ts';
import type { TrackedFile } from './tracked-file.ts';

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
  if (file.head.bytes.length === 0) return HOLD;
  const quietMs = nowMs - file.changedMs;
  // What was cut away in a file is no copy of what came after it.
  const related = others.filter(
    (one) => one.id !== file.id && areRelated(one.head.bytes, file.head.bytes),
  );
  // One that is no more first: it is what rotation leaves.
  const origin = related.find(({ isThere }) => !isThere) ?? related[0];
  if (origin === undefined) {
    return file.isCompressed && quietMs < times.compressedMs ? HOLD : { kind: 'own' };
  }
  if (origin.isThere || file.head.bytes.length < origin.head.bytes.length) {
    return quietMs < times.copyMs ? HOLD : { kind: 'own' };
  }
  if (!origin.isDrained) return HOLD;
  if (file.isCompressed) {
    return quietMs < times.compressedMs ? HOLD : { kind: 'heir', of: origin };
  }
  // A copy that is still being written.
  if (file.size < origin.progress.offset) return quietMs < times.copyMs ? HOLD : { kind: 'own' };
  return { kind: 'heir', of: origin };
}
