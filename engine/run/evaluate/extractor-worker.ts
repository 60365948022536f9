/* Entry of the process of one extractor: events in, columns out, one call after the other. */

import { type ExtractorInstance, PluginFault } from '../../plugin/abi/plugin-instance.ts';
import { LogCollector } from '../../plugin/host/plugin-log.ts';
import { withCompiled } from '../../plugin/prepare/prepared-plugin.ts';
import { openWorkerPort } from '../../worker/open-worker-port.ts';
import { FIRST_OWN_DESCRIPTOR } from '../../worker/process-port.ts';
import { EventReceiver } from './event-hand-over.ts';
import type { ExtractorAnswer, ExtractorRequest } from './extractor-protocol.ts';
import { instantiateExtractor } from './instantiate-extractor.ts';

class ExtractorWorker {
  readonly #log = new LogCollector();
  #instance: ExtractorInstance | undefined;
  #receiver: EventReceiver | undefined;

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
      const { role, size } = request;
      this.#receiver = new EventReceiver(FIRST_OWN_DESCRIPTOR, size);
      const compiled = { ...role, plugin: withCompiled(role.plugin) };
      this.#instance = instantiateExtractor(compiled, this.#log);
      return { kind: 'done' } as const;
    }
    if (this.#instance === undefined || this.#receiver === undefined)
      throw new Error('a call before the start');
    if (request.kind === 'configure') {
      this.#instance.configure(request.plan, request.requests);
      return { kind: 'done' } as const;
    }
    const events = this.#receiver.take(request.events);
    return { kind: 'columns', columns: this.#instance.extract(request.plan, events) } as const;
  }
}

const worker = new ExtractorWorker();
const main = openWorkerPort<ExtractorRequest, ExtractorAnswer>();
main.serve((request) => main.post(worker.answer(request)));
