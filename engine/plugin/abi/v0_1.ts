/*
 * The bindings that are generated for schemas/wit/v0.1, and nothing else, are named here. Guest exports
 * become the engine's own interfaces; what they answer is checked inside the guard. Imports: host-imports.ts.
 */

import { LIMITS } from '../../base/limits.ts';
import type { Manifest } from '../file/manifest.ts';
import { findBatchFault } from './check-batch.ts';
import { checkedExtractor, failAnswer, toColumns } from './checked-extractor.ts';
import { CoreSource, findCoreSource, type GuestStep } from './core-source.ts';
import type {
  EventBatch,
  ExtractionRequest,
  ExtractorInstance,
  SourceInstance,
  SourceStep,
} from './plugin-instance.ts';

/** Calls a guest function and turns whatever goes wrong into a `PluginFault`. */
export type Guard = <Result>(call: () => Result) => Result;

export interface GuestExports {
  readonly plugin: { init(config: string): void };
  readonly source?: {
    open(params: string): void;
    next(bytesMax: number, eventsMax: number, room: Uint8Array): GuestStep;
    checkpoint(): Uint8Array;
    resume(position: Uint8Array): void;
    acknowledge(position: Uint8Array): void;
    close(): void;
  };
  readonly extractor?: {
    configure(plan: number, requests: readonly GuestRequest[]): void;
    extract(plan: number, events: EventBatch): GuestColumns;
  };
}

interface GuestRequest {
  readonly field: number;
  readonly argument: string | undefined;
  readonly opaque: boolean;
}

interface GuestColumns {
  readonly cells: Uint32Array;
  readonly texts: Uint32Array;
  readonly numbers: BigUint64Array;
  readonly lists: Uint32Array;
  readonly scratch: Uint8Array;
  readonly dictRequests: Uint16Array;
  readonly dictEnds: Uint32Array;
  readonly dictData: Uint8Array;
  readonly dictEpoch: number;
}

/** `instances`: the core instances of the component, in which `next` is called directly. */
export function adaptSource(
  guest: NonNullable<GuestExports['source']>,
  { pluginName, guard, instances }: SourceOptions,
): SourceInstance {
  const core = findCoreSource(instances);
  const direct = core === undefined ? guest : new CoreSource(core);
  return {
    open: (params) => guard(() => guest.open(params)),
    next: (bytesMax, eventsMax, room) => {
      return guard(() => {
        const step = direct.next(bytesMax, eventsMax, room);
        return checkStep(step, eventsMax, (message) => failAnswer(pluginName, message));
      });
    },
    checkpoint: () => {
      return guard(() => {
        const position: unknown = guest.checkpoint();
        if (!(position instanceof Uint8Array))
          return failAnswer(pluginName, 'a position that is not bytes');
        if (position.length <= LIMITS.positionSizeMax.value) return position;
        return failAnswer(pluginName, `a position of ${position.length} bytes`);
      });
    },
    resume: (position) => guard(() => guest.resume(position)),
    acknowledge: (position) => guard(() => guest.acknowledge(position)),
    close: () => guard(() => guest.close()),
  };
}

interface SourceOptions {
  readonly pluginName: string;
  readonly guard: Guard;
  readonly instances: readonly WebAssembly.Instance[];
}

function checkStep(
  step: GuestStep,
  eventsMax: number,
  fail: (message: string) => never,
): SourceStep {
  if (step?.tag === 'end') return { kind: 'end' };
  if (step?.tag === 'idle' && typeof step.val === 'number') {
    return { kind: 'idle', milliseconds: Math.min(step.val, LIMITS.idleTimeMax.value) };
  }
  if (step?.tag !== 'events' || typeof step.val !== 'object') fail('an unknown step');
  const fault = findBatchFault(step.val, eventsMax);
  if (fault !== undefined) fail(fault);
  return { kind: 'events', batch: step.val };
}

export function adaptExtractor(
  guest: NonNullable<GuestExports['extractor']>,
  manifest: Manifest,
  guard: Guard,
): ExtractorInstance {
  const { name } = manifest;
  const extractor: ExtractorInstance = {
    configure: (plan, requests) => guard(() => guest.configure(plan, requests.map(toGuestRequest))),
    extract: (plan, batch) =>
      guard(() => toColumns(namedByEngine(guest.extract(plan, batch)), name)),
  };
  return checkedExtractor(manifest, extractor, (message) => guard(() => failAnswer(name, message)));
}

function toGuestRequest({ fieldIndex, argument, isOpaque }: ExtractionRequest): GuestRequest {
  return { field: fieldIndex, argument, opaque: isOpaque };
}

function namedByEngine(guest: GuestColumns | undefined): Parameters<typeof toColumns>[0] {
  if (guest === undefined) return undefined;
  const { dictRequests, dictEnds, dictData, dictEpoch, ...same } = guest;
  return {
    ...same,
    dictionaryRequests: dictRequests,
    dictionaryEnds: dictEnds,
    dictionaryData: dictData,
    dictionaryEpoch: dictEpoch,
  };
}
