/** Throws where an invariant of ours does not hold: a defect, never something that a user can cause. */
export function assert(isSo: boolean, invariant: string): asserts isSo {
  if (!isSo) throw new Error(`defect: ${invariant}`);
}
