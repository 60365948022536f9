import type { StoredObject } from '../object-store.ts';

/** People know it by that name, and not by that of its run. */
export function nameRun(stored: StoredObject, name: string): StoredObject {
  return {
    isLive: stored.isLive,
    size: stored.size,
    descriptor: stored.descriptor,
    run: { name, isDecoded: false, linesBefore: 0, whenSettled: Promise.resolve() },
    read: (room) => stored.read(room),
    seek: (offset) => stored.seek(offset),
    close: () => stored.close(),
  };
}
