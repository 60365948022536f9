/*
 * Named roots that the operator granted, read-only and local: a folder, or one file (then the root has
 * one entry, with an empty path). Listing is lazy, folder by folder, in byte order of names. A path never
 * leaves its root, neither by `..` nor by a symbolic link.
 */

import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { StoreError, toStoreError } from './store-error.ts';
import { openObject, type StoreObject } from './store-object.ts';

export interface StoreEntry {
  readonly path: string;
  readonly size: number;
  readonly modifiedNs: bigint;
}

export interface StoreRootsOptions {
  /** Name → absolute path. */
  readonly locations: Readonly<Record<string, string>>;
  /** Something in a root that is left out or odd; the subject is its path. */
  readonly report: (severity: 'lost' | 'warning', subject: string, message: string) => void;
}

const FOLDER_DEPTH_MAX = 64;

export class StoreRoots {
  readonly #options: StoreRootsOptions;
  readonly #listings = new Map<string, Listing>();
  #storedBytesRead = 0;

  constructor(options: StoreRootsOptions) {
    this.#options = options;
  }

  get storedBytesRead(): number {
    return this.#storedBytesRead;
  }

  listEntries(root: string, after: string, limit: number): StoreEntry[] {
    const location = this.#location(root);
    // One object: its path is empty. Nothing is opened here, it may be a pipe.
    if (!isFolder(location)) return after === '' ? [toEntry('', location)] : [];
    let listing = this.#listings.get(root);
    if (listing === undefined || listing.lastPath !== after) {
      listing = new Listing(location, this.#options.report);
      listing.skipTo(after);
      this.#listings.set(root, listing);
    }
    return listing.take(limit);
  }

  open(
    root: string,
    path: string,
    encoding: 'automatic' | 'identity',
    offset: number,
  ): StoreObject {
    const location = this.#location(root);
    return openObject({
      path: isFolder(location) ? this.#inside(location, path) : location,
      encoding,
      offset,
      warn: (message) => this.#options.report('warning', path || basename(location), message),
      countStoredBytes: (count) => {
        this.#storedBytesRead += count;
      },
    });
  }

  #location(root: string): string {
    const location = this.#options.locations[root];
    if (location === undefined)
      throw new StoreError('denied', `store root \`${root}\` was not granted`);
    return location;
  }

  /** The file behind a path, which must lie below the root also after links were followed. */
  #inside(location: string, path: string): string {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      throw new StoreError('denied', 'is not a path below its root');
    }
    try {
      const real = realpathSync(join(location, path));
      const realRoot = realpathSync(location);
      if (real !== realRoot && !real.startsWith(realRoot + sep)) {
        throw new StoreError('denied', 'is a link out of its root');
      }
      if (!statSync(real).isFile()) throw new StoreError('denied', 'is not a regular file');
      return real;
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

function isFolder(location: string): boolean {
  try {
    return statSync(location).isDirectory();
  } catch (error) {
    throw toStoreError(error);
  }
}

function toEntry(path: string, location: string): StoreEntry {
  const { size, mtimeNs } = statSync(location, { bigint: true });
  return { path, size: Number(size), modifiedNs: mtimeNs };
}

interface OpenFolder {
  readonly path: string;
  readonly names: readonly Dirent<Buffer>[];
  next: number;
}

/** Depth first; one folder's names are in memory for each level. */
class Listing {
  readonly #root: string;
  readonly #report: StoreRootsOptions['report'];
  readonly #stack: OpenFolder[] = [];
  lastPath = '';

  constructor(root: string, report: StoreRootsOptions['report']) {
    this.#root = root;
    this.#report = report;
    this.#enter('');
  }

  take(limit: number): StoreEntry[] {
    const entries: StoreEntry[] = [];
    while (entries.length < limit) {
      const entry = this.#nextEntry();
      if (entry === undefined) break;
      entries.push(entry);
      this.lastPath = entry.path;
    }
    return entries;
  }

  /** Leaves out everything up to and including `path`. */
  skipTo(path: string): void {
    if (path === '') return;
    const parts = path.split('/');
    for (const [depth, part] of parts.entries()) {
      const folder = this.#stack.at(-1);
      if (folder === undefined || this.#stack.length !== depth + 1) break;
      const wanted = Buffer.from(part);
      while (folder.next < folder.names.length) {
        const order = Buffer.compare(folder.names[folder.next]?.name ?? wanted, wanted);
        if (order > 0) break;
        folder.next += 1;
        if (order === 0 && depth < parts.length - 1) this.#enter(join(folder.path, part));
        if (order === 0) break;
      }
    }
    this.lastPath = path;
  }

  #nextEntry(): StoreEntry | undefined {
    for (let folder = this.#stack.at(-1); folder !== undefined; folder = this.#stack.at(-1)) {
      const dirent = folder.names[folder.next];
      if (dirent === undefined) {
        this.#stack.pop();
        continue;
      }
      folder.next += 1;
      const entry = this.#visit(folder.path, dirent);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  #visit(folder: string, dirent: Dirent<Buffer>): StoreEntry | undefined {
    const name = dirent.name.toString('utf8');
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!Buffer.from(name).equals(dirent.name)) {
      this.#report('lost', path, 'left out: its name is not UTF-8');
      return undefined;
    }
    const location = join(this.#root, path);
    try {
      const stat = statSync(location);
      if (stat.isFile()) {
        if (dirent.isSymbolicLink() && !this.#isInside(location)) {
          this.#report('lost', path, 'left out: a link out of the folder');
          return undefined;
        }
        return toEntry(path, location);
      }
      // Links to folders are not followed: every file is read once, and loops end.
      if (stat.isDirectory()) {
        if (dirent.isSymbolicLink()) this.#reportFolderLink(path, location);
        else this.#enter(path);
      } else this.#report('lost', path, 'left out: not a regular file');
    } catch (error) {
      this.#report('lost', path, toStoreError(error).message);
    }
    return undefined;
  }

  /** What the link leads to is read anyway when it is in the folder itself. */
  #reportFolderLink(path: string, location: string): void {
    const isInside =
      this.#isInside(location) || realpathSync(location) === realpathSync(this.#root);
    this.#report(isInside ? 'warning' : 'lost', path, 'left out: a link to a folder');
  }

  #isInside(location: string): boolean {
    return realpathSync(location).startsWith(realpathSync(this.#root) + sep);
  }

  #enter(path: string): void {
    if (this.#stack.length >= FOLDER_DEPTH_MAX) {
      this.#report('lost', path, 'left out: folders are nested too deeply');
      return;
    }
    try {
      const names = readdirSync(join(this.#root, path), {
        withFileTypes: true,
        encoding: 'buffer',
      });
      names.sort((a, b) => Buffer.compare(a.name, b.name));
      this.#stack.push({ path, names, next: 0 });
    } catch (error) {
      this.#report('lost', path === '' ? this.#root : path, toStoreError(error).message);
    }
  }
}
