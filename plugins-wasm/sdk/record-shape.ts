// What a source says of the JSON values that a reader finds.

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

/** Time of an event that says none (see `batch.times` in the WIT file). */
export const NO_TIME: u64 = 0xffff_ffff_ffff_ffff;

export abstract class RecordShape {
  eventStart: usize = 0;
  eventEnd: usize = 0;
  time: u64 = NO_TIME;
  reason: string = '';
  /** Member of an envelope that holds the records. */
  abstract get envelopeKey(): string;
  /** Judges a complete, valid JSON object. May change its bytes in place. */
  abstract judge(start: usize, end: usize): Verdict;
  /** Whether objects like this are read at all, by the name of their file. */
  abstract isWanted(path: string): bool;
}
