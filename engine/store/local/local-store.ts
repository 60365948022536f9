/*
 * A location of this machine: a folder or one file. A path never leaves its root, neither
 * by `..` nor by a symbolic link.
 */

import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import { FolderListing } from './folder-listing.ts';
import { openLocalFile } from './local-file.ts';

/** Links resolved, once. */
type Root = 'file' | { readonly folder: string };

export class LocalStore implements ObjectStore {
  readonly #location: string;
  #listing: FolderListing | undefined;
  #root: Root | undefined;

  constructor(location: string) {
    this.#location = location;
  }

  async listEntries(after: string, limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    const found = await statOf(this.#location);
    // One object: its path is empty.
    if (!found.isDirectory()) {
      const entry = { path: '', size: Number(found.size), modifiedNs: found.mtimeNs };
      return after === '' ? [entry] : [];
    }
    if (this.#listing === undefined || this.#listing.lastPath !== after) {
      this.#listing = new FolderListing(this.#location, report);
      await this.#listing.skipTo(after);
    }
    return this.#listing.take(limit);
  }

  async open(path: string): Promise<StoredObject> {
    this.#root ??= await this.#findRoot();
    if (this.#root === 'file') return openLocalFile(this.#location, undefined);
    const { folder } = this.#root;
    return openLocalFile(await this.#inside(path, folder), folder);
  }

  async #findRoot(): Promise<Root> {
    const found = await statOf(this.#location);
    if (!found.isDirectory()) return 'file';
    try {
      return { folder: await realpath(this.#location) };
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** The file behind a path, which must lie below the root also after links were followed. */
  async #inside(path: string, realRoot: string): Promise<string> {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      throw new StoreError('denied', 'is not a path below its root');
    }
    try {
      const real = await realpath(join(this.#location, path));
      if (real !== realRoot && !real.startsWith(realRoot + sep)) {
        throw new StoreError('denied', 'is a link out of its root');
      }
      return real;
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

async function statOf(location: string): ReturnType<typeof statBig> {
  try {
    return await statBig(location);
  } catch (error) {
    throw toStoreError(error);
  }
}

const statBig = (location: string) => stat(location, { bigint: true });
