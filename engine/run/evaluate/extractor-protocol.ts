/*
 * What crosses between an evaluation worker and an extractor that is called in a process of its own. The worker has the
 * rules and makes the alerts; the process sees events and answers columns, which the worker checks like those of any
 * plugin. Between them is the main thread, which hands on bytes that it does not read, and ends what takes too long.
 */

import type { MessagePort } from 'node:worker_threads';
import type {
  EventBatch,
  ExtractedColumns,
  ExtractionRequest,
  PluginFaultKind,
} from '../../plugin/abi/plugin-instance.ts';
import type { PluginLog } from '../../plugin/host/plugin-log.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import type { HandedEvents } from './event-hand-over.ts';

/** The end of the way that the worker holds; one for each extractor. */
export interface ExtractorConnection {
  readonly port: MessagePort;
  /** One word, counted up whenever there is an answer. */
  readonly signal: SharedArrayBuffer;
  /** The file through which it is handed events, and its size in bytes. */
  readonly descriptor: number;
  readonly size: number;
}

/** Worker to main thread; each one is answered by one reply before the next one. */
export type ExtractorCall =
  /** A fresh process, in the place of the one that there was. */
  | { readonly kind: 'start' }
  /** `body`: an `ExtractorRequest`, serialized; of so many events. */
  | { readonly kind: 'call'; readonly body: Uint8Array; readonly eventCount: number };

/** Main thread to worker. */
export type ExtractorReply =
  /** What the process said, as it said it: an `ExtractorAnswer`, if it is honest. */
  | { readonly kind: 'answer'; readonly body: Uint8Array }
  | { readonly kind: 'lost'; readonly fault: 'deadline' | 'crash'; readonly message: string };

/** To the process, the first one once. */
export type ExtractorRequest =
  | {
      readonly kind: 'start';
      readonly role: PluginRole;
      /** Bytes of the file through which it is handed events. */
      readonly size: number;
    }
  | {
      readonly kind: 'configure';
      readonly plan: number;
      readonly requests: readonly ExtractionRequest[];
    }
  | {
      readonly kind: 'extract';
      readonly plan: number;
      readonly events: HandedEvents | EventBatch;
    };

/** Answers of the extractor's process. */
export type ExtractorAnswer = { readonly log: PluginLog } & (
  | { readonly kind: 'done' }
  | { readonly kind: 'columns'; readonly columns: ExtractedColumns }
  | { readonly kind: 'fault'; readonly fault: PluginFaultKind; readonly message: string }
);
