/* What crosses between the I/O thread and a plugin's thread: requests one at a time, bytes in rings beside them. */

import type { AwsAccess } from '../aws/aws-access.ts';
import type { Location } from '../location/location.ts';
import type { WebhookAccess } from '../location/webhook-access.ts';
import type { StoreEntry } from '../object-store.ts';
import type { ServiceCounts } from '../service-counts.ts';
import type { StoreErrorCode } from '../store-error.ts';
import type { KeptRoot } from './kept-root.ts';
import type { MessageFate, PoisonMessage, QueueMessage } from './queue-message.ts';

/** The end of a connection that a plugin's thread holds. */
export interface StoreConnection {
  readonly port: import('node:worker_threads').MessagePort;
  /** One word, counted up whenever there is something new: a message, bytes, an end. */
  readonly signal: SharedArrayBuffer;
}

/** What the main thread tells the I/O thread. */
export type IoRequest =
  | ({ readonly kind: 'connect' } & ConnectRequest)
  /** How far the followed roots of a reader were read, for one that stands in run `run`, or behind it. */
  | {
      readonly kind: 'keep';
      readonly id: number;
      readonly reader: string;
      readonly run: number;
    }
  /** All events of the runs of a reader up to this one are with the outputs. */
  | { readonly kind: 'acknowledge'; readonly reader: string; readonly run: number }
  /** Nothing in a run of a reader could be read. */
  | {
      readonly kind: 'refuse';
      readonly reader: string;
      readonly run: number;
      readonly reason: string;
    }
  /** The outcome of a message that cannot be read. */
  | { readonly kind: 'set-aside'; readonly id: number; readonly isKept: boolean }
  /** The reader reads no more: what came by itself and was not settled is given back. */
  | { readonly kind: 'close'; readonly id: number; readonly reader: string };

/** What the I/O thread tells the main thread. */
export type IoAnswer =
  | { readonly kind: 'kept'; readonly id: number; readonly state: FollowedRoots }
  | {
      readonly kind: 'poison';
      readonly id: number;
      readonly reader: string;
      readonly message: PoisonMessage;
    }
  | { readonly kind: 'closed'; readonly id: number; readonly counts: ServiceCounts }
  /** What was asked for under that number, or with none, could not be done. */
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly message: string };

/** By name. */
export type FollowedRoots = Readonly<Record<string, KeptRoot>>;

/** What a reader was granted, by name. */
export interface GrantedRoots {
  readonly stores: Readonly<Record<string, StoreRoot>>;
  readonly queues: Readonly<Record<string, StoreRoot>>;
}

export interface ConnectRequest extends StoreConnection {
  /** They are read by another process, which sees no signal: bytes go through there. */
  readonly window: WindowFile | undefined;
  /** Roots that may be read through this connection. */
  readonly roots: GrantedRoots;
  /** Name of the reader: a reader that connects again under this name resumes what it followed. */
  readonly reader: string;
}

export interface StoreRoot {
  readonly location: Location;
  /** Files are read as they grow, and there is no end. */
  readonly isFollowed: boolean;
  /** Position of another process, if the root is followed. */
  readonly state?: KeptRoot | undefined;
  /** How locations at Amazon’s are reached. */
  readonly aws: AwsAccess;
  /** Who may send to addresses that we listen at. */
  readonly webhook: WebhookAccess;
}

export type StoreEncoding = 'automatic' | 'identity';

/** `id` numbers the requests that are answered. */
export type StoreRequest =
  | {
      readonly kind: 'list';
      readonly id: number;
      readonly root: string;
      readonly after: string;
      readonly limit: number;
    }
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly root: string;
      readonly path: string;
      readonly encoding: StoreEncoding;
      /** Decoded bytes to leave out. */
      readonly offset: number;
    }
  | {
      readonly kind: 'receive';
      readonly id: number;
      readonly root: string;
      /** Messages, at most. */
      readonly max: number;
    }
  | {
      readonly kind: 'settle';
      readonly id: number;
      readonly root: string;
      readonly handles: readonly bigint[];
      readonly fate: MessageFate;
    }
  /** The object's ring has room again. */
  | { readonly kind: 'room'; readonly object: number }
  | { readonly kind: 'close'; readonly object: number }
  /** From another process: the object's next bytes, into that pane of the window. */
  | { readonly kind: 'read'; readonly object: number; readonly pane: number };

/** All its stored bytes are there to be read, and reading them waits for nothing. */
export interface FileContent {
  readonly kind: 'file';
  /** Open until the object is closed. */
  readonly descriptor: number;
  /** In bytes, when it was opened. */
  readonly size: number;
}

export interface RingContent {
  readonly kind: 'ring';
  readonly ring: SharedArrayBuffer;
  /** May stand still for any time, and go on. */
  readonly isLive: boolean;
}

/** A part of a file that two processes have open. */
export interface WindowFile {
  /** Its writer closes it. */
  readonly descriptor: number;
  readonly position: number;
}

/** To another process: it asks for them. */
export interface WindowContent {
  readonly kind: 'window';
  readonly isLive: boolean;
}

/** To another process: what it has asked for lies in the window. */
export interface WindowBytes {
  readonly kind: 'bytes';
  readonly object: number;
  readonly pane: number;
  /** Bytes in the pane, from its start. */
  readonly size: number;
  /** Stored bytes of the object that were read so far. */
  readonly stored: number;
  /** `idle`: of a live object there is nothing for now. */
  readonly state: 'open' | 'end' | 'failed' | 'idle';
}

/** How the bytes of an object come to its reader. */
export type ObjectContent = RingContent | FileContent | WindowContent;

export type StoreMessage =
  | { readonly kind: 'entries'; readonly id: number; readonly entries: readonly StoreEntry[] }
  | { readonly kind: 'messages'; readonly id: number; readonly messages: readonly QueueMessage[] }
  | { readonly kind: 'settled'; readonly id: number }
  | {
      readonly kind: 'opened';
      readonly id: number;
      readonly object: number;
      readonly content: ObjectContent;
      /** For a run of a followed file: its name, and the lines of the file before the run. */
      readonly run: { readonly name: string; readonly linesBefore: number } | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly id: number;
      readonly code: StoreErrorCode;
      readonly message: string;
    }
  /** Answer about an object whose ring reports a failure. */
  | {
      readonly kind: 'failed';
      readonly object: number;
      readonly code: StoreErrorCode;
      readonly message: string;
    }
  | {
      readonly kind: 'oddity';
      readonly severity: 'lost' | 'warning';
      readonly subject: string;
      readonly message: string;
    }
  | WindowBytes
  /** Something is new that is no message. */
  | { readonly kind: 'news' };
