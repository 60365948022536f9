/* What locations are to the I/O thread: made once where a second one would begin again from the start. */

import { SYSTEM_CLOCK } from '../base/clock.ts';
import { FollowedRoot } from './follow/followed-root.ts';
import { LineSocket, SOCKET_SCHEME } from './line-socket.ts';
import { LocalStore } from './local-store.ts';
import type { ObjectStore } from './object-store.ts';
import { S3_SCHEME } from './s3/s3-location.ts';
import { S3Store } from './s3/s3-store.ts';
import { STANDARD_INPUT, StandardInput } from './standard-input.ts';
import type { FollowedRoots, StoreRoot } from './store-protocol.ts';

interface Followed {
  readonly reader: string;
  readonly name: string;
  readonly root: FollowedRoot;
  onNews: () => void;
}

export class Stores {
  readonly #standardInput = new StandardInput();
  readonly #sockets = new Map<string, LineSocket>();
  readonly #followed: Followed[] = [];

  /** Throws `StoreError` for a location that nobody can open. */
  open({ location, s3 }: StoreRoot): ObjectStore {
    if (location === STANDARD_INPUT) return this.#standardInput;
    if (location.startsWith(S3_SCHEME) && s3 !== undefined) return new S3Store(location, s3);
    if (!location.startsWith(SOCKET_SCHEME)) return new LocalStore(location);
    const socket = this.#sockets.get(location) ?? new LineSocket(location);
    this.#sockets.set(location, socket);
    return socket;
  }

  /** The same one for the same reader and name, which tells from now on whoever asked last. */
  follow(reader: string, name: string, root: StoreRoot, onNews: () => void): ObjectStore {
    const known = this.#followed.find((one) => one.reader === reader && one.name === name);
    if (known !== undefined) {
      known.onNews = onNews;
      return known.root;
    }
    const followed: Followed = {
      reader,
      name,
      onNews,
      root: new FollowedRoot({
        location: root.location,
        onNews: () => followed.onNews(),
        clock: SYSTEM_CLOCK,
        state: root.state,
      }),
    };
    this.#followed.push(followed);
    return followed.root;
  }

  /** Of the roots that a reader follows. Rejects with `StoreError` where one cannot be looked at. */
  async keep(reader: string, run: number): Promise<FollowedRoots> {
    const ofReader = this.#followed.filter((one) => one.reader === reader);
    const kept = await Promise.all(
      ofReader.map(async ({ name, root }) => [name, await root.keep(run)] as const),
    );
    return Object.fromEntries(kept);
  }
}
