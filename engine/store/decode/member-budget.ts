import { LIMITS } from '../../base/limits.ts';
import { StoreError } from '../store-error.ts';

/** What a member brings on average, at least; a line that is compressed for itself has more. */
const MEMBER_SIZE_MIN = 32;

/**
 * Each member of a compressed object costs some 70 µs to begin, however little is in it: 300,000 empty ones are 6 MB,
 * and 20 s. So members are bounded by what came out of those before.
 */
export class MemberBudget {
  #left: number = LIMITS.emptyMembersMax.value;

  /** Throws `StoreError` when there have been too many with too little. */
  begin(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    const most = LIMITS.emptyMembersMax.value;
    throw new StoreError(
      'corrupt',
      `more than ${most} compressed members with next to nothing in them`,
    );
  }

  addOutput(size: number): void {
    this.#left = Math.min(this.#left + size / MEMBER_SIZE_MIN, LIMITS.emptyMembersMax.value);
  }
}
