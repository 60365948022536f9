// What a source says of the files, and of the records that a reader finds in them.

export enum Verdict {
  /** An event: `eventStart`, `eventEnd` and `time` say which bytes, and when. */
  Event,
  /** An object around an array of records, as `{"Records": [ … ]}`: read it element by element. */
  Envelope,
  /** Not meant to be an event, and known to be so. */
  Skipped,
  /** Should have been an event and cannot be: `reason` says why. */
  Lost,
}

export enum FileVerdict {
  /** Its name is that of a log. */
  Read,
  /** Its name says nothing: its first bytes decide. */
  LookInside,
  /** Known to hold something else than events. */
  NoEvents,
}

/** Time of an event that says none (see `batch.times` in the WIT file). */
export const NO_TIME: u64 = 0xffff_ffff_ffff_ffff;

export abstract class RecordShape {
  eventStart: usize = 0;
  eventEnd: usize = 0;
  time: u64 = NO_TIME;
  reason: string = '';
  /** Judges one whole record. May change its bytes in place. */
  abstract judge(start: usize, end: usize): Verdict;
  abstract judgeFile(path: string): FileVerdict;
  /** Whether the first bytes of a file are those of records. */
  abstract beginsLikeRecords(start: usize, end: usize): bool;
  /** Called with the location before its first file: an error message, or null. */
  openLocation(_location: string): string | null {
    return null;
  }
  /** '' for a file that is wanted, as far as its path says; else the path behind which the next one may be. */
  skipBehind(_path: string): string {
    return '';
  }
  /** Called with the path of each file before its first record. */
  startFile(_path: string): void {}
  /** Called when there is nothing for now, and at the end: reports what was left out on purpose. */
  tellLeftOut(_isOver: bool): void {}
  /** How names of logs end, for people. */
  abstract get fileNames(): string;
  /** What files of other names begin with, for people. */
  abstract get beginning(): string;
}
