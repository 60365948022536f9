/* Entry of the process of one extractor: events in, columns out, one call after the other. */

import { LogCollector } from '../plugin/host/plugin-log.ts';
import { type EventBatch, type ExtractorInstance, PluginFault } from '../plugin/plugin-instance.ts';
import { withCompiled } from '../plugin/prepared-plugin.ts';
import { openRoom, type SlotRoom } from '../stream/slot-room.ts';
import { openWorkerPort } from '../supervise/open-worker-port.ts';
import type { EventsInSlot, ExtractorAnswer, ExtractorRequest } from './extractor-protocol.ts';
import { instantiateExtractor } from './instantiate-extractor.ts';
import { matchedBatch } from './matched-batch.ts';

class ExtractorWorker {
  readonly #log = new LogCollector();
  #instance: ExtractorInstance | undefined;
  #room: SlotRoom | undefined;
  /** The batch that was read last: several plans may be extracted of it. */
  #latest: { readonly number: number; readonly events: EventBatch } | undefined;

  answer(request: ExtractorRequest): ExtractorAnswer {
    try {
      const answer = this.#take(request);
      return { ...answer, log: this.#log.take() };
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error;
      const { kind: fault, message } = error;
      return { kind: 'fault', fault, message, log: this.#log.take() };
    }
  }

  #take(request: ExtractorRequest) {
    if (request.kind === 'start') {
      this.#room = openRoom(request.room, request.limits);
      const { role } = request;
      const compiled = { ...role, plugin: withCompiled(role.plugin) };
      this.#instance = instantiateExtractor(compiled, this.#log);
      return { kind: 'done' } as const;
    }
    if (this.#instance === undefined || this.#room === undefined)
      throw new Error('a call before the start');
    if (request.kind === 'configure') {
      this.#instance.configure(request.plan, request.requests);
      return { kind: 'done' } as const;
    }
    const { events, plan } = request;
    const batch = 'range' in events ? this.#read(events, this.#room) : events;
    return { kind: 'columns', columns: this.#instance.extract(plan, batch) } as const;
  }

  #read({ range, number, rows }: EventsInSlot, room: SlotRoom): EventBatch {
    if (this.#latest?.number !== number) this.#latest = { number, events: room.read(range) };
    const all = this.#latest.events;
    return rows === undefined ? all : matchedBatch(all, rows);
  }
}

const worker = new ExtractorWorker();
const main = openWorkerPort<ExtractorRequest, ExtractorAnswer>();
main.serve((request) => main.post(worker.answer(request)));
