// The files of a location, in order, that may hold events: by their name, or where the name says nothing, by
// their first bytes. What is left out is counted, and named once.

import {
  LogLevel, Severity, StoreEntry, closeObject, lastError, lastErrorCode, listEntries, log, openObject, readObject,
  report,
} from '../host';
import { ErrorCode, SLACK } from '../memory';
import { FileVerdict, RecordShape } from '../record-shape';

export const ROOT = 'input';
/** The location that means it. */
const STANDARD_INPUT = '-';
const ENTRIES_A_PAGE = 1000;
/** Most names of left-out files that are reported; the rest is counted. */
const NAMES_SHOWN: u32 = 5;
const NAMES_REMEMBERED: i32 = 1024;
/** Enough for a byte order mark, blanks and the first token. */
const PEEK_SIZE: usize = 4096;

export class FileList {
  private entries: StoreEntry[] = [];
  private nextEntry: i32 = 0;
  private listedAll: bool = false;
  /** A followed location has nothing for now. */
  isWaiting: bool = false;
  private lastListed: string = '';
  /** Up to here nothing is wanted. */
  private skippedTo: string = '';
  private hasSkipped: bool = false;
  private lastName: string = '';
  /** The location is a file: it was named on purpose, whatever its name. */
  private isSingle: bool = false;
  private location: string = ROOT;
  /** Found by `open`, given out by the first `next`. */
  private pending: string | null = null;
  private leftOut: u32 = 0;
  private leftOutNames: string = '';
  private readonly leftOutBefore: Set<string> = new Set<string>();
  private indexes: u32 = 0;
  private readonly peeked: usize = heap.alloc(PEEK_SIZE + SLACK);

  constructor(private readonly shape: RecordShape) {}

  /** An error message, or null. A folder in which nothing can be read is one. */
  open(location: string): string | null {
    this.location = location;
    const refused = this.shape.openLocation(location);
    if (refused !== null) return refused;
    const error = this.listMore();
    if (error !== null) return error;
    this.isSingle = this.entries.length == 1 && isWholeRoot(this.entries[0].path);
    if (this.isSingle && this.entries[0].path.length == 0) this.listedAll = true;
    this.pending = this.findNext();
    // What was left out is in the message when there is nothing else, and told at the end otherwise.
    if (this.pending !== null || this.isWaiting) return null;
    if (this.hasSkipped) return location + ' holds no logs that the configuration asks for';
    if (this.leftOut == 0 && this.indexes == 0) return location + ' holds no files';
    return location + ' holds no logs: ' + this.describeLeftOut();
  }

  /** Path of the next file; null at the end. */
  next(): string | null {
    const pending = this.pending;
    if (pending !== null) {
      this.pending = null;
      return pending;
    }
    const path = this.findNext();
    if (path === null) this.tellLeftOut(!this.isWaiting);
    return path;
  }

  /** A path for people: a location that is one file has none of its own. */
  nameOf(path: string): string {
    if (this.isSingle && this.location == STANDARD_INPUT) return 'standard input';
    return path.length == 0 ? this.location.substring(this.location.lastIndexOf('/') + 1) : path;
  }

  get isOver(): bool {
    return this.pending === null && this.listedAll && this.nextEntry >= this.entries.length;
  }

  /** Continues after a path. */
  resumeAfter(path: string): void {
    this.entries = [];
    this.nextEntry = 0;
    this.listedAll = this.isSingle && path.length == 0;
    this.lastListed = path;
    this.pending = null;
  }

  private findNext(): string | null {
    while (true) {
      while (this.nextEntry < this.entries.length) {
        const path = this.entries[this.nextEntry++].path;
        if (this.isSingle || (!this.isSkipped(path) && this.isWanted(path))) return path;
      }
      if (this.listedAll) return null;
      const name = nameWithoutRun(this.lastListed);
      if (this.skippedTo > name) {
        this.lastListed = this.lastListed.substring(0, this.lastListed.length - name.length) + this.skippedTo;
      }
      const error = this.listMore();
      if (this.isWaiting) return null;
      if (error !== null) report(Severity.Lost, this.location, 0, error);
      if (this.entries.length == 0) return null;
    }
  }

  private listMore(): string | null {
    const page = listEntries(ROOT, this.lastListed, ENTRIES_A_PAGE);
    this.nextEntry = 0;
    this.entries = page === null ? [] : page;
    this.isWaiting = page === null && lastErrorCode == ErrorCode.TimedOut;
    if (this.isWaiting) return null;
    if (page === null) {
      this.listedAll = true;
      return lastError;
    }
    if (page.length == 0) this.listedAll = true;
    else this.lastListed = page[page.length - 1].path;
    return null;
  }

  private isSkipped(path: string): bool {
    const name = nameWithoutRun(path);
    // What is followed is gone through again.
    if (name < this.lastName) this.skippedTo = '';
    this.lastName = name;
    if (this.skippedTo.length > 0 && name <= this.skippedTo) return true;
    this.skippedTo = this.shape.skipBehind(name);
    if (this.skippedTo.length == 0) return false;
    this.hasSkipped = true;
    return true;
  }

  private isWanted(path: string): bool {
    const verdict = this.shape.judgeFile(path);
    if (verdict == FileVerdict.Read) return true;
    if (verdict == FileVerdict.NoEvents) {
      this.indexes++;
      return false;
    }
    if (this.beginsLikeLog(path)) return true;
    this.leaveOut(nameWithoutRun(path));
    return false;
  }

  /** Once, however often a followed file grows. */
  private leaveOut(name: string): void {
    if (this.leftOutBefore.has(name)) return;
    if (this.leftOutBefore.size < NAMES_REMEMBERED) this.leftOutBefore.add(name);
    if (this.leftOut < NAMES_SHOWN) this.leftOutNames += (this.leftOut > 0 ? ', ' : '') + name;
    this.leftOut++;
  }

  /** By its first bytes. A file that cannot be opened is wanted: reading says why. */
  private beginsLikeLog(path: string): bool {
    const object = openObject(ROOT, path, 0);
    if (object < 0) return !lastError.startsWith('is ');
    let end = this.peeked;
    // A read may give less than is asked for, and more may follow.
    while (end < this.peeked + PEEK_SIZE) {
      const size = readObject(object, end, <i32>(this.peeked + PEEK_SIZE - end));
      if (size <= 0) break;
      end += size;
    }
    closeObject(object);
    // A run of a followed file that has nothing after all says nothing of the file.
    if (end == this.peeked && path.startsWith('#')) return true;
    return this.shape.beginsLikeRecords(this.peeked, end);
  }

  /** `isOver`: nothing more is read. */
  tellLeftOut(isOver: bool): void {
    this.shape.tellLeftOut(isOver);
    if (this.leftOut > 0) report(Severity.Warning, this.location, 0, this.describeLeftOut());
    if (this.indexes > 0) log(LogLevel.Notice, this.indexes.toString() + ' digest files hold no events');
    this.leftOut = 0;
    this.leftOutNames = '';
    this.indexes = 0;
  }

  private describeLeftOut(): string {
    const count = this.leftOut + this.indexes;
    const files = count.toString() + (count == 1 ? ' file was' : ' files were') + ' left out';
    const more = this.leftOut > NAMES_SHOWN ? ', …' : '';
    const names = this.leftOut > 0 ? ' (' + this.leftOutNames + more + ')' : '';
    const shape = this.shape;
    return files + names + ', neither named ' + shape.fileNames + ' nor with ' + shape.beginning + ' at the start';
  }
}

/** The path in the name of a run, `#NUMBER/PATH`. */
function nameWithoutRun(path: string): string {
  return path.startsWith('#') ? path.substring(path.indexOf('/') + 1) : path;
}

/** The root is one file: read from its start, or, `#NUMBER`, in runs as it grows. */
function isWholeRoot(path: string): bool {
  return path.length == 0 || (path.startsWith('#') && !path.includes('/'));
}
