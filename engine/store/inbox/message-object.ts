/* Bytes that came by themselves, as an object of a store. */

import type { StoredObject } from '../object-store.ts';

export function createMessageObject(bytes: Uint8Array): StoredObject {
  let position = 0;
  return {
    isLive: false,
    size: bytes.length,
    descriptor: undefined,
    run: undefined,
    read: (room) => {
      const part = bytes.subarray(position, position + room.length);
      room.set(part);
      position += part.length;
      return Promise.resolve(part.length);
    },
    seek: (offset) => {
      position = Math.min(offset, bytes.length);
      return offset;
    },
    close: () => Promise.resolve(),
  };
}
