// The objects of a location, one after the other.

import { type Entry, listEntries, open, type StoredObject } from 'tiercel:plugin/store@0.1.0';
import { hostError } from './errors.ts';

export const ROOT = 'input';
const ENTRIES_A_PAGE = 1000;

/** `waiting`: nothing for now. */
export type NextFile = { readonly path: string } | 'waiting' | undefined;

export class FileList {
  private readonly isWanted: (path: string) => boolean;
  private readonly onSkipped: (path: string) => void;
  private entries: Entry[] = [];
  private after = '';
  private isListed = false;

  constructor(isWanted: (path: string) => boolean, onSkipped: (path: string) => void) {
    this.isWanted = isWanted;
    this.onSkipped = onSkipped;
  }

  /** Lists once, so that a location with nothing is an error; throws that of the store. */
  open(): 'waiting' | 'empty' | undefined {
    const listed = this.listMore();
    // A root that is one object is listed with it.
    if (this.entries.length === 1 && this.entries[0]?.path === '') this.isListed = true;
    if (listed === 'waiting') return 'waiting';
    return this.entries.length === 0 ? 'empty' : undefined;
  }

  next(): NextFile {
    for (;;) {
      for (let entry = this.entries.shift(); entry !== undefined; entry = this.entries.shift()) {
        const name = nameOf(entry.path);
        // A file that was named on purpose is wanted, whatever its name.
        if (name === '' || this.isWanted(name)) return { path: entry.path };
        this.onSkipped(name);
      }
      if (this.isListed) return undefined;
      if (this.listMore() === 'waiting') return 'waiting';
    }
  }

  resumeAfter(path: string): void {
    this.entries = [];
    this.after = path;
    this.isListed = path === '';
  }

  private listMore(): 'waiting' | undefined {
    try {
      this.entries = listEntries(ROOT, this.after, ENTRIES_A_PAGE);
    } catch (error) {
      const { code } = hostError(error);
      if (code === 'timed-out') return 'waiting';
      this.isListed = true;
      throw error;
    }
    this.after = this.entries.at(-1)?.path ?? this.after;
    this.isListed = this.entries.length === 0;
    return undefined;
  }
}

export function openFile(path: string, offset: bigint): StoredObject {
  return open(ROOT, path, 'automatic', offset);
}

/**
 * Path below the root; empty: the root is one file. What is followed comes in runs, `#NUMBER/PATH`, or `#NUMBER`
 * where the root is one file.
 */
export function nameOf(path: string): string {
  return path.replace(/^#\d+(?:\/|$)/, '');
}
