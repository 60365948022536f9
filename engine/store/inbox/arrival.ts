/* Arrivals in the I/O thread: an inbox gives messages or requests, and learns what became of each. */

import type { ReportOddity, StoredObject } from '../object-store.ts';
import type { PoisonMessage } from '../protocol/queue-message.ts';

/** The answer to the sender. */
export interface Settling {
  /** Its events are with the outputs. */
  done(): void;
  /** It could not be read. */
  fail(failure: ArrivalFailure): void;
  /** The message cannot be read; absent: its sender counts it as done. */
  refuse?(reason: string): void;
}

/** Rejects with `StoreError`. */
export interface Inbox<One extends Settling> {
  /** For people. */
  readonly name: string;
  /** A source takes at most so many of them ahead of what it reads. */
  readonly aheadMax: number;
  /** Before everything else; rejects where nothing can ever come. */
  open(report: ReportOddity): Promise<void>;
  /** What has come, sooner or later; nothing when it was closed. Calls follow each other. */
  receive(): Promise<readonly One[]>;
  /** What was not settled is to come again, where that can be. */
  close(): Promise<void>;
}

/** Objects that came together. */
export interface Arrival extends Settling {
  readonly objects: readonly ArrivedObject[];
}

/** As it was sent. */
export interface InboxMessage extends Settling {
  /** In the inbox. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly body: Buffer;
  /** Headers or attributes, by name; credentials are left out. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

export interface ArrivalFailure {
  readonly reason: string;
  /** The fault may pass: nothing is wrong with the message. */
  readonly mayPass: boolean;
}

export interface ArrivedObject {
  /** As in the store: relative, with forward slashes. */
  readonly path: string;
  /** For people. */
  readonly name: string;
  open(): Promise<StoredObject>;
}

/** Resolves to whether the message is kept elsewhere. */
export type SetAside = (message: PoisonMessage) => Promise<boolean>;
