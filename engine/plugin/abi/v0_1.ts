/*
 * The bindings that are generated for schemas/wit/v0.1, and nothing else, are named here. Guest exports
 * become the engine's own interfaces, host services become the imports of a component.
 */

import { LIMITS } from '../../base/limits.ts';
import type { ValueType } from '../../field/field-type.ts';
import { StoreError, toStoreError } from '../../store/store-error.ts';
import type { HostServices, LogLevel, PluginObject } from '../host/host-services.ts';
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

/** An error payload as the bindings want it thrown. */
function guestError(error: unknown): { code: string; message: string } {
  const { code, message } = toStoreError(error);
  return { code, message };
}

/** What the bindings call when the guest drops a resource: Node's own symbol where it has one. */
const DISPOSE = (Symbol as { readonly dispose?: symbol }).dispose ?? Symbol.for('dispose');

/** The imports of the world, by interface name without version. */
export function createImports(host: HostServices): Record<string, Record<string, unknown>> {
  class StoreObjectResource {
    readonly object: PluginObject;
    constructor(object: PluginObject) {
      this.object = object;
    }

    read(max: number): Uint8Array {
      try {
        return this.object.read(max);
      } catch (error) {
        throw guestError(error);
      }
    }
  }
  // A method by this name cannot be declared: which symbol it is depends on the Node that runs.
  Object.defineProperty(StoreObjectResource.prototype, DISPOSE, {
    value(this: StoreObjectResource): void {
      this.object.close();
    },
  });
  return {
    'tiercel:plugin/log': {
      write: (level: LogLevel, message: string) => host.log(level, message),
    },
    'tiercel:plugin/report': {
      add: (problem: {
        severity: 'lost' | 'warning';
        subject: string;
        line: bigint;
        message: string;
      }) => host.problem({ ...problem, line: Number(problem.line) }),
    },
    'tiercel:plugin/clock': { now: () => host.now() },
    // No root is a queue yet, so none was granted.
    'tiercel:plugin/queue': {
      receive: (root: string) => denyQueue(root),
      done: (root: string) => denyQueue(root),
      retry: (root: string) => denyQueue(root),
    },
    'tiercel:plugin/store': {
      Object: StoreObjectResource,
      listEntries: (root: string, after: string, limit: number) => {
        try {
          const entries = host.store.listEntries(root, after, limit);
          return entries.map(({ path, size, modifiedNs }) => ({
            path,
            size: BigInt(size),
            modified: modifiedNs,
          }));
        } catch (error) {
          throw guestError(error);
        }
      },
      open: (root: string, path: string, encoding: 'automatic' | 'identity', offset: bigint) => {
        try {
          return new StoreObjectResource(host.store.open(root, path, encoding, Number(offset)));
        } catch (error) {
          throw guestError(error);
        }
      },
    },
  };
}

function denyQueue(root: string): never {
  throw guestError(new StoreError('denied', `queue root \`${root}\` was not granted`));
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
      const step = guard(() => direct.next(bytesMax, eventsMax, room));
      return checkStep(step, eventsMax, (message) => guard(() => fail(pluginName, message)));
    },
    checkpoint: () => {
      const position = guard(() => guest.checkpoint());
      if (position.length > LIMITS.positionSizeMax.value) {
        guard(() => fail(pluginName, `a position of ${position.length} bytes`));
      }
      return position;
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
  if (step.tag === 'end') return { kind: 'end' };
  if (step.tag === 'idle') {
    return { kind: 'idle', milliseconds: Math.min(step.val, LIMITS.idleTimeMax.value) };
  }
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
      plans.set(plan, { types, dictionarySizes, epoch: undefined });
    },
    extract: (plan, batch) => {
      const state = plans.get(plan);
      if (state === undefined) throw new Error(`plan ${plan} was not configured`);
      const answer = toColumns(guard(() => guest.extract(plan, batch)));
      if (answer.dictionaryEpoch !== state.epoch) state.dictionarySizes.fill(0);
      state.epoch = answer.dictionaryEpoch;
      const fault = findColumnsFault(answer, {
        eventCount: batch.spans.length >> 1,
        dataSize: batch.data.length,
        types: state.types,
        dictionarySizes: state.dictionarySizes,
      });
      if (fault !== undefined) guard(() => fail(manifest.name, fault));
      return answer;
    },
  };
}

interface PlanState {
  readonly types: readonly ValueType[];
  readonly dictionarySizes: Uint32Array;
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

function toColumns(guest: GuestColumns): ExtractedColumns {
  return {
    cells: guest.cells,
    texts: guest.texts,
    numbers: guest.numbers,
    lists: guest.lists,
    scratch: guest.scratch,
    dictionaryRequests: guest.dictRequests,
    dictionaryEnds: guest.dictEnds,
    dictionaryData: guest.dictData,
    dictionaryEpoch: guest.dictEpoch,
  };
}
