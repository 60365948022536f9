import type { RoomMemory } from './slot-room.ts';
import type { NumberedBatch, StreamState } from './stream-protocol.ts';

/** `pausing`: its source failed, and is started again after a while. */
export type StreamPhase = 'starting' | 'reading' | 'pausing' | 'over';

/** What gives the batches of a stream, in order; they lie in its slots until they are released. */
export interface StreamFeed {
  /** Where the stream stands, of what was handed on. */
  readonly state: StreamState;
  /** Where its batches lie. */
  readonly room: RoomMemory;
  /** So far. */
  readonly storedBytesRead: number;
  readonly phase: StreamPhase;
  /** Batches that were handed on and not released. */
  readonly batchesUnderWay: number;
  /** Resolves when no more batches will come; rejects with an error of our own. */
  run(): Promise<StreamEnd>;
  /** Asks for an end after the current batch. */
  stop(): void;
  /** The alerts of so many events have so many characters. */
  madeAlerts(eventCount: number, size: number): void;
  /** What was handed on is no batch. */
  refuse(reason: string): void;
  /** Ends the stream where it is: what was handed on gets no results. */
  abandon(): void;
  /** The batch's slot may be filled again; the outputs have all alerts up to `behind`, where that is given. */
  release(batch: NumberedBatch, behind: StreamState | undefined): void;
}

export interface StreamFailure {
  /** Its name. */
  readonly stream: string;
  readonly plugin: string;
  readonly reason: string;
  /** As in `PluginFaultKind`. */
  readonly kind: string;
  /** Nothing was read: wrong open parameters, a missing file, a plugin that does not come up. */
  readonly atStart: boolean;
}

export interface StreamEnd {
  readonly stopped: 'end' | 'interrupted' | 'fault';
  readonly failure: StreamFailure | undefined;
}
