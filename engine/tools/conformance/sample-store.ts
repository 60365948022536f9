/*
 * The location of a trial, in memory: what a plugin is given through the interface `store`, in the order and with the
 * answers of a real one, and on request as bad as a real one can be.
 */

import type { PluginObject, PluginStore } from '../../plugin/host/host-services.ts';
import type { StoreEntry } from '../../store/object-store.ts';
import { StoreError } from '../../store/store-error.ts';

export interface SampleFile {
  /** Relative to the location; empty when it is one file. */
  readonly path: string;
  /** Decoded. */
  readonly bytes: Uint8Array;
}

export interface StoreHabits {
  /** A read gives at most so many bytes. */
  readonly pieceSize?: number;
  /** Every so many calls there is nothing for now. */
  readonly waitsEvery?: number;
  /** Files break off here, as broken compression does. */
  readonly breaksAt?: number;
}

/** `files` are in order. */
export function createSampleStore(
  files: readonly SampleFile[],
  { pieceSize = Number.POSITIVE_INFINITY, waitsEvery = 0, breaksAt }: StoreHabits = {},
): PluginStore {
  let calls = 0;
  const mayWait = (): void => {
    calls += 1;
    if (waitsEvery > 0 && calls % waitsEvery === 0)
      throw new StoreError('timed-out', 'nothing yet');
  };
  return {
    listEntries: (root, after, limit): readonly StoreEntry[] => {
      checkRoot(root);
      const at = after === '' ? 0 : files.findIndex(({ path }) => path > after);
      const isSingle = files[0]?.path === '';
      if (at < 0 || (isSingle && after !== '')) return [];
      return files
        .slice(at, at + limit)
        .map(({ path, bytes }) => ({ path, size: bytes.length, modifiedNs: 0n }));
    },
    open: (root, path, _encoding, offset): PluginObject => {
      checkRoot(root);
      const file = files.find((one) => one.path === path);
      if (file === undefined) throw new StoreError('not-found', `${path}: no such file`);
      let at = offset;
      return {
        read: (max) => {
          mayWait();
          if (breaksAt !== undefined && at >= breaksAt)
            throw new StoreError('corrupt', 'the data breaks off');
          const size = Math.min(max, pieceSize, (breaksAt ?? Number.POSITIVE_INFINITY) - at);
          const piece = file.bytes.subarray(at, at + size);
          at += piece.length;
          return piece;
        },
        close: () => {},
      };
    },
  };
}

function checkRoot(root: string): void {
  if (root !== 'input') throw new StoreError('denied', `store root \`${root}\` was not granted`);
}
