/* What locations are to the I/O thread: made once where a second one would begin again from the start. */

import { SYSTEM_CLOCK } from '../base/clock.ts';
import { FollowedRoot } from './follow/followed-root.ts';
import { LocalStore } from './local-store.ts';
import type { ObjectStore } from './object-store.ts';
import { STANDARD_INPUT, StandardInput } from './standard-input.ts';

export class Stores {
  readonly #standardInput = new StandardInput();
  readonly #followed = new Map<string, { root: FollowedRoot; onNews: () => void }>();

  open(location: string): ObjectStore {
    return location === STANDARD_INPUT ? this.#standardInput : new LocalStore(location);
  }

  /** The same one for the same key, which tells from now on whoever asked last. */
  follow(key: string, location: string, onNews: () => void): ObjectStore {
    const known = this.#followed.get(key);
    if (known !== undefined) {
      known.onNews = onNews;
      return known.root;
    }
    const followed = {
      onNews,
      root: new FollowedRoot({
        location,
        onNews: () => followed.onNews(),
        clock: SYSTEM_CLOCK,
      }),
    };
    this.#followed.set(key, followed);
    return followed.root;
  }
}
