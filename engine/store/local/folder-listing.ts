/*
 * The files of a folder and of the folders in it, depth first, in byte order of names, a page at a time. Symbolic links
 * to files are followed when they stay below the root, those to folders are not: every file is read once, and loops
 * end.
 */

import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ReportOddity, StoreEntry } from '../object-store.ts';
import { toStoreError } from '../store-error.ts';
import { kindOf } from './local-file.ts';

const FOLDER_DEPTH_MAX = 64;
/** So many files are asked for their size at once. */
const STATS_AT_ONCE = 32;

export interface ListedFile extends StoreEntry {
  /** The same for whatever names the file has. */
  readonly id: string;
}

/** Listing of a followed folder: files that come and go are normal in it. */
export interface FollowedListing {
  /** Told of each folder that is read, relative to the root. */
  readonly onFolder: (path: string) => void;
}

interface OpenFolder {
  readonly path: string;
  readonly names: readonly Dirent<Buffer>[];
  /** By name, as far as they were asked for. */
  readonly stats: (BigIntStats | Error)[];
  next: number;
}

export class FolderListing {
  readonly #root: string;
  readonly #report: ReportOddity;
  readonly #onFolder: (path: string) => void;
  readonly #isChanging: boolean;
  readonly #stack: OpenFolder[] = [];
  #isStarted = false;
  #lastPath = '';

  constructor(root: string, report: ReportOddity, followed?: FollowedListing) {
    this.#root = root;
    this.#report = report;
    this.#onFolder = followed?.onFolder ?? (() => {});
    this.#isChanging = followed !== undefined;
  }

  get lastPath(): string {
    return this.#lastPath;
  }

  async take(limit: number): Promise<ListedFile[]> {
    await this.#start();
    const entries: ListedFile[] = [];
    while (entries.length < limit) {
      const entry = await this.#nextEntry();
      if (entry === undefined) break;
      entries.push(entry);
      this.#lastPath = entry.path;
    }
    return entries;
  }

  /** Leaves out everything up to and including `path`. */
  async skipTo(path: string): Promise<void> {
    await this.#start();
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
        if (order === 0 && depth < parts.length - 1) await this.#enter(join(folder.path, part));
        if (order === 0) break;
      }
    }
    this.#lastPath = path;
  }

  async #start(): Promise<void> {
    if (!this.#isStarted) await this.#enter('');
    this.#isStarted = true;
  }

  async #nextEntry(): Promise<ListedFile | undefined> {
    for (let folder = this.#stack.at(-1); folder !== undefined; folder = this.#stack.at(-1)) {
      const dirent = folder.names[folder.next];
      if (dirent === undefined) {
        this.#stack.pop();
        continue;
      }
      const found = await this.#statOf(folder, folder.next);
      folder.next += 1;
      const entry = await this.#visit(folder.path, dirent, found);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  async #statOf({ path, names, stats }: OpenFolder, index: number): Promise<BigIntStats | Error> {
    if (stats[index] === undefined) {
      const asked = names.slice(index, index + STATS_AT_ONCE).map(async ({ name }) => {
        try {
          return await stat(join(this.#root, path, name.toString('utf8')), { bigint: true });
        } catch (error) {
          return error as Error;
        }
      });
      for (const [at, one] of (await Promise.all(asked)).entries()) stats[index + at] = one;
    }
    return stats[index] ?? new Error('was not found');
  }

  async #visit(
    folder: string,
    dirent: Dirent<Buffer>,
    found: BigIntStats | Error,
  ): Promise<ListedFile | undefined> {
    const name = dirent.name.toString('utf8');
    const path = folder === '' ? name : `${folder}/${name}`;
    const lose = (message: string): undefined => {
      this.#report('lost', path, message);
      return undefined;
    };
    if (!Buffer.from(name).equals(dirent.name)) return lose('left out: its name is not UTF-8');
    if (found instanceof Error) {
      const isGone = (found as NodeJS.ErrnoException).code === 'ENOENT';
      if (isGone && dirent.isSymbolicLink()) return lose('left out: a link to nothing');
      // It was removed since the folder was read.
      if (isGone && this.#isChanging) return undefined;
      return lose(toStoreError(found).message);
    }
    try {
      if (found.isFile()) {
        if (dirent.isSymbolicLink() && !(await this.#isInside(join(this.#root, path)))) {
          return lose('left out: a link out of the folder');
        }
        const { size, mtimeNs: modifiedNs } = found;
        return { path, size: Number(size), modifiedNs, id: identityOf(found) };
      }
      if (!found.isDirectory()) return lose(`left out: ${kindOf(found)}, not a regular file`);
      if (dirent.isSymbolicLink()) await this.#reportFolderLink(path);
      else await this.#enter(path);
    } catch (error) {
      return lose(toStoreError(error).message);
    }
    return undefined;
  }

  /** What the link leads to is read anyway when it is in the folder itself. */
  async #reportFolderLink(path: string): Promise<void> {
    const location = join(this.#root, path);
    const isInside =
      (await this.#isInside(location)) ||
      (await realpath(location)) === (await realpath(this.#root));
    this.#report(isInside ? 'warning' : 'lost', path, 'left out: a link to a folder');
  }

  async #isInside(location: string): Promise<boolean> {
    return (await realpath(location)).startsWith((await realpath(this.#root)) + sep);
  }

  async #enter(path: string): Promise<void> {
    if (this.#stack.length >= FOLDER_DEPTH_MAX) {
      this.#report('lost', path, 'left out: folders are nested too deeply');
      return;
    }
    try {
      this.#onFolder(path);
      const names = await readdir(join(this.#root, path), {
        withFileTypes: true,
        encoding: 'buffer',
      });
      names.sort((a, b) => Buffer.compare(a.name, b.name));
      this.#stack.push({ path, names, stats: [], next: 0 });
    } catch (error) {
      this.#report('lost', path === '' ? this.#root : path, toStoreError(error).message);
    }
  }
}

/** Device and inode. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
