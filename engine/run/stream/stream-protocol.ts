/*
 * What crosses between the main thread and a source worker: one setup, and batches with the state behind them. The
 * state goes with its batch, so that a worker that is ended at any moment can be followed by
 * another one that neither loses nor repeats an event.
 */

import type { Problem } from '../../plugin/host/host-services.ts';
import type { PluginLog } from '../../plugin/host/plugin-log.ts';
import { type PreparedPlugin, withoutCompiled } from '../../plugin/prepare/prepared-plugin.ts';
import type {
  StoreConnection,
  StoreMessage,
  StoreRequest,
} from '../../store/protocol/store-protocol.ts';
import type { Isolation } from '../../worker/worker-handle.ts';
import type { SentRoom, SlotLimits, SlotRange } from './slot-room.ts';
import type { UnreadableRun } from './unreadable-runs.ts';

/** Everything that a source worker needs. */
export interface SourceSetup {
  /** Name of the stream, for people. */
  readonly name: string;
  /** The stream ends only when it is stopped: a source that fails is started again and again. */
  readonly isEndless: boolean;
  /** Senders bring what it reads, and each gets an answer when its events are with the outputs. */
  readonly hasInbox: boolean;
  readonly source: PluginRole;
  readonly openParams: string;
  readonly limits: SlotLimits;
}

/** The first message to a source worker. */
export interface SourceStart {
  readonly kind: 'start';
  readonly setup: SourceSetup;
  readonly state: StreamState;
  readonly room: SentRoom;
  /** What a thread shares; `undefined`: it is a process, and all of that comes as messages. */
  readonly shared: SharedWithSource | undefined;
  /** Slots whose batches are on their way. */
  readonly usedSlots: readonly number[];
}

export interface SharedWithSource {
  readonly slots: SharedArrayBuffer;
  readonly store: StoreConnection;
}

/** To a thread: everything up to here is with the outputs. */
export interface Acknowledgement {
  readonly kind: 'acknowledged';
  readonly position: Uint8Array;
}

/** Messages to a source worker. */
export type SourceRequest =
  | SourceStart
  | Acknowledgement
  /** To a process: a slot is free again, and where its batch ended, if that is known. */
  | {
      readonly kind: 'released';
      readonly slot: number;
      readonly position: Uint8Array | undefined;
    }
  /** To a process. */
  | { readonly kind: 'store'; readonly message: StoreMessage }
  /** To a process: the time that it asked for is over, or, without `id`, it has to stop. */
  | { readonly kind: 'woken'; readonly id: number | undefined };

export interface PluginRole {
  readonly plugin: PreparedPlugin;
  readonly initConfig: string;
  /** Whether the operator granted the clock. */
  readonly clockGranted: boolean;
  /** What a worker that calls it has to be at least. */
  readonly isolation: Isolation;
}

/** In a form that can be sent to another process. */
export function toProcessRole(role: PluginRole): PluginRole {
  return { ...role, plugin: withoutCompiled(role.plugin) };
}

/** Where a stream stands: what a source worker needs to go on. */
export interface StreamState {
  /** From the source's `checkpoint`; `undefined`: from the start. */
  readonly position: Uint8Array | undefined;
  /** In a followed location, the number of the latest run that the source knows; 0: no run. */
  readonly run: number;
  readonly events: number;
  /** Bytes of the events' own text. */
  readonly bytes: number;
  readonly eventsWithoutTime: number;
  /** Time of the first event (for `evt.reltime`) and of the latest one; `undefined` before any. */
  readonly firstTime: bigint | undefined;
  readonly latestTime: bigint | undefined;
}

export const START_OF_STREAM: StreamState = Object.freeze({
  position: undefined,
  run: 0,
  events: 0,
  bytes: 0,
  eventsWithoutTime: 0,
  firstTime: undefined,
  latestTime: undefined,
});

export interface RunFault {
  readonly plugin: string;
  readonly kind: string;
  readonly message: string;
  /** Number of the event that the plugin could not take, if one was found. */
  readonly eventNumber: number | undefined;
}

/** What a source has to say to people. */
export interface SourceNotes {
  readonly problems: readonly Problem[];
  /** Problems beyond those listed, which were only counted. */
  readonly unlistedProblems: { readonly lost: number; readonly warnings: number };
  readonly log: PluginLog;
}

/** Consecutive events of a stream in their slot; numbers and times are final. */
export interface NumberedBatch extends SlotRange {
  readonly firstEventNumber: number;
  /** First time in the stream. */
  readonly firstTime: bigint;
}

export type SourceMessage =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'batch';
      readonly batch: NumberedBatch;
      /** Behind the batch. */
      readonly state: StreamState;
      /** Number of the latest run of which all events are in this batch or before it. */
      readonly finishedRun: number;
      readonly notes: SourceNotes | undefined;
    }
  /** All events of the runs up to this one were handed over. */
  | {
      readonly kind: 'finished';
      readonly run: number;
      readonly unreadable: readonly UnreadableRun[];
    }
  | { readonly kind: 'notes'; readonly notes: SourceNotes }
  | { readonly kind: 'ended'; readonly reason: 'end' | 'interrupted' }
  /** Sent by a process only. */
  | { readonly kind: 'store'; readonly request: StoreRequest }
  /** Sent by a process only: it asks to be woken after that time. */
  | { readonly kind: 'wake'; readonly id: number; readonly milliseconds: number }
  /** The source failed: at start, when it had not said that it is open. */
  | { readonly kind: 'failed'; readonly fault: RunFault };
