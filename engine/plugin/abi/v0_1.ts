/*
 * The bindings that are generated for schemas/wit/v0.1, and nothing else, are named here. Guest exports
 * become the engine's own interfaces; what they answer is checked inside the guard. Imports: host-imports.ts.
 */

import { LIMITS } from '../../base/limits.ts';
import type { ValueType } from '../../field/field-type.ts';
import type { Manifest } from '../manifest.ts';
import {
  type EventBatch,
  type ExtractedColumns,
  type ExtractionRequest,
  type ExtractorInstance,
  PluginFault,
  type SourceInstance,
  type SourceStep,
} from '../plugin-instance.ts';
import { findBatchFault } from './check-batch.ts';
import { findColumnsFault } from './check-columns.ts';
import { CoreSource, findCoreSource, type GuestStep } from './core-source.ts';

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
        return checkStep(step, eventsMax, (message) => fail(pluginName, message));
      });
    },
    checkpoint: () => {
      return guard(() => {
        const position: unknown = guest.checkpoint();
        if (!(position instanceof Uint8Array))
          return fail(pluginName, 'a position that is not bytes');
        if (position.length <= LIMITS.positionSizeMax.value) return position;
        return fail(pluginName, `a position of ${position.length} bytes`);
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
  if (step?.tag !== 'events' || typeof step.val !== 'object') fail('a step that there is not');
  const fault = findBatchFault(step.val, eventsMax);
  if (fault !== undefined) fail(fault);
  return { kind: 'events', batch: step.val };
}

function fail(pluginName: string, message: string): never {
  throw new PluginFault('answer', pluginName, `wrong answer: ${message}`);
}

export function adaptExtractor(
  guest: NonNullable<GuestExports['extractor']>,
  manifest: Manifest,
  guard: Guard,
): ExtractorInstance {
  const plans = new Map<number, PlanState>();
  return {
    configure: (plan, requests) => {
      const types = requests.map((request) => typeOf(manifest, request));
      guard(() => guest.configure(plan, requests.map(toGuestRequest)));
      const dictionarySizes = new Uint32Array(requests.length);
      plans.set(plan, { types, dictionarySizes, dictionaryBytes: 0, epoch: undefined });
    },
    extract: (plan, batch) => {
      const state = plans.get(plan);
      if (state === undefined) throw new Error(`plan ${plan} was not configured`);
      const answer = guard(() => toColumns(guest.extract(plan, batch), manifest.name));
      if (answer.dictionaryEpoch !== state.epoch) {
        state.dictionarySizes.fill(0);
        state.dictionaryBytes = 0;
      }
      state.epoch = answer.dictionaryEpoch;
      const fault = findColumnsFault(answer, {
        eventCount: batch.spans.length >> 1,
        dataSize: batch.data.length,
        types: state.types,
        dictionarySizes: state.dictionarySizes,
        dictionaryBytes: state.dictionaryBytes,
      });
      if (fault !== undefined) guard(() => fail(manifest.name, fault));
      state.dictionaryBytes += answer.dictionaryData.length;
      return answer;
    },
  };
}

interface PlanState {
  readonly types: readonly ValueType[];
  readonly dictionarySizes: Uint32Array;
  dictionaryBytes: number;
  epoch: number | undefined;
}

function typeOf(manifest: Manifest, { fieldIndex }: ExtractionRequest): ValueType {
  const field = manifest.extractor?.fields[fieldIndex];
  if (field === undefined) throw new Error(`${manifest.name} has no field ${fieldIndex}`);
  return { type: field.type, isList: field.isList };
}

function toGuestRequest({ fieldIndex, argument, isOpaque }: ExtractionRequest): GuestRequest {
  return { field: fieldIndex, argument, opaque: isOpaque };
}

/** The lists of an answer, of the types that the WIT says. */
function toColumns(guest: GuestColumns | undefined, pluginName: string): ExtractedColumns {
  const list = <List>(value: unknown, type: abstract new (...args: never[]) => List): List =>
    value instanceof type ? value : fail(pluginName, 'a list of another type');
  const epoch: unknown = guest?.dictEpoch;
  return {
    cells: list(guest?.cells, Uint32Array),
    texts: list(guest?.texts, Uint32Array),
    numbers: list(guest?.numbers, BigUint64Array),
    lists: list(guest?.lists, Uint32Array),
    scratch: list(guest?.scratch, Uint8Array),
    dictionaryRequests: list(guest?.dictRequests, Uint16Array),
    dictionaryEnds: list(guest?.dictEnds, Uint32Array),
    dictionaryData: list(guest?.dictData, Uint8Array),
    dictionaryEpoch: typeof epoch === 'number' ? epoch : fail(pluginName, 'an epoch that is none'),
  };
}
