/* What a root is to the I/O thread: a folder, a file, standard input, a bucket. Everything in it waits. */

import type { StoreError } from './store-error.ts';

export interface StoreEntry {
  /** Relative to the root, with forward slashes; empty when the root is one object. */
  readonly path: string;
  /** Stored size in bytes. */
  readonly size: number;
  readonly modifiedNs: bigint;
}

/** Something in a root that is left out or odd; the subject is its path. */
export type ReportOddity = (severity: 'lost' | 'warning', subject: string, message: string) => void;

/** Rejects with `StoreError`. */
export interface ObjectStore {
  /** So many objects behind the one that is read are worth being opened ahead; without it a few. */
  readonly aheadMax?: number;
  /** Entries after the path `after` (all, if empty) in the order of the store; none at the end. */
  listEntries(after: string, limit: number, report: ReportOddity): Promise<StoreEntry[]>;
  /** Stored bytes, from the front. */
  open(path: string): Promise<StoredObject>;
  /** What was opened could not be read or decoded to its end. */
  failed?(path: string, error: StoreError): void;
}

/** The bytes of an object, from the front. Calls follow each other. Rejects with `StoreError`. */
export interface ByteReader {
  /** Further bytes into `room`: how many; 0 is the end. */
  read(room: Uint8Array): Promise<number>;
}

export interface StoredObject extends ByteReader {
  /** May stand still for any time, and go on. */
  readonly isLive: boolean;
  /** Stored size in bytes when it was opened; `undefined`: it has none. */
  readonly size: number | undefined;
  /** Open file that any thread may read by position without waiting; `undefined` if there is none. */
  readonly descriptor: number | undefined;
  /** From the start to a byte at or before `offset`: how far; the rest of the way is for the reader. */
  seek(offset: number): number;
  close(): Promise<void>;
  /** Where the bytes are a run of a file that is followed. */
  readonly run: FollowedRun | undefined;
}

/** Part of a root without an end: bytes in the middle of a file, or an arrival. */
export interface FollowedRun {
  /** The reader gets the stored bytes, decoded if they were compressed. */
  readonly isDecoded: boolean;
  /** Name of the file, for people. */
  readonly name: string;
  /** Lines of the file before the run. */
  readonly linesBefore: number;
  /** Resolves when its first bytes were read, or there is nothing for now. */
  readonly whenSettled: Promise<void>;
}
