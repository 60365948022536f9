/* A plugin under trial, in the worker: instances of it, what its source gives, what its extractor makes of it. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import {
  type EventBatch,
  type ExtractorInstance,
  PluginFault,
  type PluginInstance,
  type SourceInstance,
} from '../../plugin/abi/plugin-instance.ts';
import { createServices, type Problem } from '../../plugin/host/host-services.ts';
import { instantiatePlugin } from '../../plugin/instance.ts';
import type { PreparedPlugin } from '../../plugin/prepare/prepared-plugin.ts';
import type { CallWatch } from './call-watch.ts';
import { createSampleQueue, messagesOf, type SampleQueue } from './sample-queue.ts';
import { createSampleStore, type SampleFile, type StoreHabits } from './sample-store.ts';

export interface TrialOptions {
  readonly plugin: PreparedPlugin;
  readonly files: readonly SampleFile[];
  /** Open parameters. */
  readonly location: string;
  readonly watch: CallWatch;
}

export interface GivenEvents {
  readonly events: readonly Uint8Array[];
  readonly times: readonly bigint[];
  readonly problems: readonly Problem[];
  /** After each batch: how many events there were, and the position. */
  readonly positions: readonly { readonly count: number; readonly position: Uint8Array }[];
}

export interface ReadHabits extends StoreHabits {
  readonly files?: readonly SampleFile[];
  readonly eventsMax?: number;
  readonly bytesMax?: number;
  readonly from?: Uint8Array;
  readonly isAcknowledging?: boolean;
}

/** A point that does not hold. */
export class PointFailed extends Error {
  override readonly name = 'PointFailed';
}

/** A point that cannot be tried. */
export class PointSkipped extends Error {
  override readonly name = 'PointSkipped';
}

const ROOM_SIZE = 8 << 20;
const BYTES_MAX = 1 << 20;
const EVENTS_MAX = 4096;
/** A source that has nothing to give so often has come to no end. */
const EMPTY_STEPS_MAX = 10_000;

export class Trial {
  readonly plugin: PreparedPlugin;
  readonly watch: CallWatch;
  readonly #files: readonly SampleFile[];
  readonly #location: string;
  readonly #room = new Uint8Array(ROOM_SIZE);
  #given: GivenEvents | undefined;
  #memorySize = 0;

  constructor({ plugin, files, location, watch }: TrialOptions) {
    this.plugin = plugin;
    this.watch = watch;
    this.#files = files;
    this.#location = location;
  }

  /** Bytes of the memories of an instance, the largest so far. */
  get memorySize(): number {
    return this.#memorySize;
  }

  /** An instance has so many bytes now. */
  noteMemory(size: number): void {
    this.#memorySize = Math.max(this.#memorySize, size);
  }

  get files(): readonly SampleFile[] {
    return this.#files;
  }

  /** It reads messages, which have no end. */
  get hasQueue(): boolean {
    const { queue, store } = this.plugin.manifest.capabilities;
    return queue.length > 0 && !store.includes('input');
  }

  /** An instance that has its configuration. */
  start(habits: StoreHabits & { readonly files?: readonly SampleFile[] } = {}): {
    readonly instance: PluginInstance;
    readonly problems: Problem[];
    /** Where it has one. */
    readonly queue: SampleQueue | undefined;
  } {
    const files = habits.files ?? this.#files;
    const queue = this.hasQueue ? createSampleQueue(messagesOf(files), habits) : undefined;
    const problems: Problem[] = [];
    const { clock } = this.plugin.manifest.capabilities;
    const services = createServices({
      plugin: this.plugin.manifest.name,
      clock: clock === false ? undefined : SYSTEM_CLOCK,
      ...(queue === undefined
        ? { store: createSampleStore(files, habits) }
        : { store: undefined, queue }),
      onLog: () => {},
      onProblem: (problem) => problems.push(problem),
    });
    const instance = this.watch.call('instantiate', () => instantiatePlugin(this.plugin, services));
    this.watch.call('init', () => instance.init(''));
    return { instance, problems, queue };
  }

  openSource(habits: ReadHabits = {}): {
    readonly source: SourceInstance;
    readonly instance: PluginInstance;
    readonly problems: Problem[];
    readonly queue: SampleQueue | undefined;
  } {
    const { instance, problems, queue } = this.start(habits);
    const { source } = instance;
    if (source === undefined) throw new PointSkipped('it is no source');
    this.watch.call('open', () => source.open(this.#location));
    return { source, instance, problems, queue };
  }

  /** All events of the source; throws `PointFailed` if they have no end. */
  read(habits: ReadHabits = {}): GivenEvents {
    const { source, instance, problems, queue } = this.openSource(habits);
    const { watch } = this;
    const { from, eventsMax = EVENTS_MAX, bytesMax = BYTES_MAX } = habits;
    if (from !== undefined) watch.call('resume', () => source.resume(from));
    const events: Uint8Array[] = [];
    const times: bigint[] = [];
    const positions: { count: number; position: Uint8Array }[] = [];
    for (let empty = 0; empty < EMPTY_STEPS_MAX; ) {
      const step = watch.call('next', () => source.next(bytesMax, eventsMax, this.#room));
      if (step.kind === 'end' || (step.kind === 'idle' && queue?.isEmpty === true)) {
        const last = watch.call('checkpoint', () => source.checkpoint());
        if (habits.isAcknowledging === true)
          watch.call('acknowledge', () => source.acknowledge(last));
        watch.call('close', () => source.close());
        this.noteMemory(instance.memorySize);
        return { events, times, problems, positions };
      }
      if (step.kind === 'idle' || step.batch.times.length === 0) {
        empty += 1;
        continue;
      }
      empty = 0;
      checkBatch(step.batch, { eventsMax, bytesMax });
      for (const event of eventsOf(step.batch)) events.push(event);
      times.push(...step.batch.times);
      const position = watch.call('checkpoint', () => source.checkpoint());
      positions.push({ count: events.length, position });
      if (habits.isAcknowledging === true && positions.length % 2 === 0)
        watch.call('acknowledge', () => source.acknowledge(position));
    }
    throw new PointFailed(`\`next\` gave no events ${EMPTY_STEPS_MAX} times, and no end`);
  }

  /** The events of the source in a quiet run; for a plugin without one, the lines of the samples. */
  get given(): GivenEvents {
    this.#given ??= this.plugin.manifest.source === undefined ? this.#lines() : this.read();
    return this.#given;
  }

  /** Throws `PointSkipped` if there are none. */
  get events(): readonly Uint8Array[] {
    const { events } = this.given;
    if (events.length === 0) throw new PointSkipped('there are no events');
    return events;
  }

  extractor(): { readonly extractor: ExtractorInstance; readonly instance: PluginInstance } {
    const { instance } = this.start();
    const { extractor } = instance;
    if (extractor === undefined) throw new PointSkipped('it extracts no fields');
    return { extractor, instance };
  }

  #lines(): GivenEvents {
    const lines = this.#files.flatMap(({ bytes }) =>
      Buffer.from(bytes)
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== ''),
    );
    const events = lines.map((line) => new Uint8Array(Buffer.from(line, 'latin1')));
    return { events, times: events.map(() => 0n), problems: [], positions: [] };
  }
}

function checkBatch(
  { spans, times }: EventBatch,
  { eventsMax, bytesMax }: { readonly eventsMax: number; readonly bytesMax: number },
): void {
  if (times.length > eventsMax)
    throw new PointFailed(`\`next\` gave ${times.length} events, of at most ${eventsMax}`);
  const size = (spans.at(-1) ?? 0) - (spans[0] ?? 0);
  const lastSize = (spans.at(-1) ?? 0) - (spans.at(-2) ?? 0);
  // About so many: what goes over is an event, and what lies around it.
  if (size - lastSize > 2 * bytesMax + 4096)
    throw new PointFailed(`\`next\` gave ${size} bytes, of about ${bytesMax}`);
}

export function* eventsOf({ data, spans }: EventBatch): Generator<Uint8Array> {
  for (let at = 0; at < spans.length; at += 2) yield data.slice(spans[at], spans[at + 1]);
}

/** Events one after the other, with a line end between, as a source gives them. */
export function batchOf(events: readonly Uint8Array[]): EventBatch {
  const size = events.reduce((sum, event) => sum + event.length + 1, 0);
  const data = new Uint8Array(size);
  const spans = new Uint32Array(2 * events.length);
  let at = 0;
  for (const [index, event] of events.entries()) {
    data.set(event, at);
    spans[2 * index] = at;
    spans[2 * index + 1] = at + event.length;
    at += event.length;
    data[at++] = 0x0a;
  }
  return { data, spans, times: new BigUint64Array(events.length) };
}

export function describeFault(error: unknown): string {
  if (!(error instanceof PluginFault)) throw error;
  return error.kind === 'error'
    ? `it answers: ${error.message}`
    : `${error.kind}: ${error.message}`;
}
