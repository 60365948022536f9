import type {
  PluginInstance,
  SourceInstance,
  SourceStep,
} from '../../plugin/abi/plugin-instance.ts';
import { PluginFault } from '../../plugin/abi/plugin-instance.ts';
import type { GuardedCalls } from '../../worker/call-watch.ts';
import type { PluginRole } from './stream-protocol.ts';

/** The only plugin that a source worker calls. */
const SOURCE_POSITION = 0;

export interface StreamSourceOptions {
  readonly role: PluginRole;
  readonly openParams: string;
  readonly instantiate: (role: PluginRole) => PluginInstance;
  readonly calls: GuardedCalls;
}

/** The source of a stream: its current instance. */
export class StreamSource {
  readonly name: string;
  readonly #options: StreamSourceOptions;
  #instance: SourceInstance | undefined;

  constructor(options: StreamSourceOptions) {
    this.name = options.role.plugin.manifest.name;
    this.#options = options;
  }

  /** A fresh instance, opened, and at `position` if there is one. Throws `PluginFault`. */
  start(position: Uint8Array | undefined): void {
    const { role, openParams, calls, instantiate } = this.#options;
    calls.run(SOURCE_POSITION, () => {
      const instance = instantiate(role);
      instance.init(role.initConfig);
      if (instance.source === undefined) {
        throw new PluginFault('answer', this.name, 'exports no source');
      }
      instance.source.open(openParams);
      if (position !== undefined) this.#resume(instance.source, position);
      this.#instance = instance.source;
    });
  }

  #resume(source: SourceInstance, position: Uint8Array): void {
    try {
      source.resume(position);
    } catch (error) {
      if (!(error instanceof PluginFault) || error.kind !== 'error') throw error;
      throw new PluginFault('position', this.name, error.message);
    }
  }

  /** `room`: where the bytes of a batch are put when they fit. */
  next(bytesMax: number, eventsMax: number, room: Uint8Array): SourceStep {
    return this.#run((source) => source.next(bytesMax, eventsMax, room));
  }

  checkpoint(): Uint8Array {
    return this.#run((source) => source.checkpoint());
  }

  acknowledge(position: Uint8Array): void {
    this.#run((source) => source.acknowledge(position));
  }

  close(): void {
    this.#run((source) => source.close());
  }

  #run<Result>(call: (source: SourceInstance) => Result): Result {
    const instance = this.#instance;
    if (instance === undefined) throw new PluginFault('trap', this.name, 'was not started');
    return this.#options.calls.run(SOURCE_POSITION, () => call(instance));
  }
}
