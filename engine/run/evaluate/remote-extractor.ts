/*
 * An extractor in a process of its own, as an evaluation worker calls it: like one that is there, and checked like one.
 * The worker stands still until the answer comes, or the main thread says that none will.
 */

import { deserialize, serialize } from 'node:v8';
import { receiveMessageOnPort } from 'node:worker_threads';
import { LIMITS } from '../../base/limits.ts';
import { cutText } from '../../base/text.ts';
import { checkedExtractor, toColumns } from '../../plugin/abi/checked-extractor.ts';
import {
  type EventBatch,
  type ExtractorInstance,
  PLUGIN_FAULT_KINDS,
  PluginFault,
} from '../../plugin/abi/plugin-instance.ts';
import type { Manifest } from '../../plugin/file/manifest.ts';
import type { LogCollector } from '../../plugin/host/plugin-log.ts';
import { isKind, isOneOf, isRecord, isText } from '../../worker/shape.ts';
import { isPluginLog } from '../stream/message-shape.ts';
import { EventSender } from './event-hand-over.ts';
import type {
  ExtractorAnswer,
  ExtractorCall,
  ExtractorConnection,
  ExtractorReply,
  ExtractorRequest,
} from './extractor-protocol.ts';

export interface RemoteExtractorOptions {
  readonly manifest: Manifest;
  readonly connection: ExtractorConnection;
  readonly log: LogCollector;
}

const MESSAGE_SIZE_MAX = LIMITS.logLineSizeMax.value;

const isAnswer = isKind({
  done: isRecord({ log: isPluginLog }),
  columns: isRecord({ log: isPluginLog, columns: (value) => typeof value === 'object' }),
  fault: isRecord({
    log: isPluginLog,
    fault: isOneOf(...PLUGIN_FAULT_KINDS),
    message: isText(MESSAGE_SIZE_MAX),
  }),
});

/** A fresh one; throws `PluginFault` when it does not come up. */
export function startRemoteExtractor(options: RemoteExtractorOptions): ExtractorInstance {
  const link = new ExtractorLink(options);
  link.ask({ kind: 'start' });
  const { manifest, connection } = options;
  const sender = new EventSender(connection.descriptor, connection.size);
  let begun: EventBatch | undefined;
  const begin = (plan: number, batch: EventBatch): void => {
    const events = sender.hand(batch);
    link.send(callOf({ kind: 'extract', plan, events }, batch.times.length));
    begun = batch;
  };
  return checkedExtractor(manifest, {
    configure: (plan, requests) => void link.ask(callOf({ kind: 'configure', plan, requests }, 0)),
    begin,
    extract: (plan, batch) => {
      if (begun !== batch) begin(plan, batch);
      begun = undefined;
      const answer = link.receive();
      return toColumns(answer.kind === 'columns' ? answer.columns : undefined, manifest.name);
    },
  });
}

function callOf(request: ExtractorRequest, eventCount: number): ExtractorCall {
  return { kind: 'call', body: serialize(request), eventCount };
}

class ExtractorLink {
  readonly #options: RemoteExtractorOptions;
  readonly #signal: Int32Array;

  constructor(options: RemoteExtractorOptions) {
    this.#options = options;
    this.#signal = new Int32Array(options.connection.signal);
  }

  ask(call: ExtractorCall): ExtractorAnswer {
    this.send(call);
    return this.receive();
  }

  send(call: ExtractorCall): void {
    this.#options.connection.port.postMessage(call);
  }

  /** The answer to what was sent last; throws `PluginFault`. */
  receive(): ExtractorAnswer {
    const { port } = this.#options.connection;
    for (;;) {
      const seen = Atomics.load(this.#signal, 0);
      const reply = receiveMessageOnPort(port)?.message as ExtractorReply | undefined;
      if (reply !== undefined) return this.#read(reply);
      Atomics.wait(this.#signal, 0, seen);
    }
  }

  #read(reply: ExtractorReply): ExtractorAnswer {
    const { name } = this.#options.manifest;
    if (reply.kind === 'lost') throw new PluginFault(reply.fault, name, reply.message);
    const answer = parseAnswer(reply.body);
    if (answer === undefined) throw new PluginFault('answer', name, 'its process answers nonsense');
    const { lines, unlisted } = answer.log;
    // Whatever name it gives itself.
    for (const { level, message } of lines) this.#options.log.add({ plugin: name, level, message });
    for (const count of unlisted.values()) this.#options.log.addUnlisted(name, count);
    if (answer.kind !== 'fault') return answer;
    throw new PluginFault(answer.fault, name, cutText(answer.message, MESSAGE_SIZE_MAX));
  }
}

function parseAnswer(body: Uint8Array): ExtractorAnswer | undefined {
  try {
    const answer: unknown = deserialize(body);
    return isAnswer(answer) ? (answer as ExtractorAnswer) : undefined;
  } catch {
    return undefined;
  }
}
