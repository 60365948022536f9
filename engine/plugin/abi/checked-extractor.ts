/* An extractor whose answers are checked before anybody uses them, wherever it is called. */

import type { ValueType } from '../../event/field/field-type.ts';
import type { Manifest } from '../file/manifest.ts';
import { findColumnsFault } from './check-columns.ts';
import {
  type ExtractedColumns,
  type ExtractionRequest,
  type ExtractorInstance,
  PluginFault,
} from './plugin-instance.ts';

interface PlanState {
  readonly types: readonly ValueType[];
  readonly dictionarySizes: Uint32Array;
  dictionaryBytes: number;
  epoch: number | undefined;
}

/** `refuse`: throws the `PluginFault` for a wrong answer. */
export function checkedExtractor(
  manifest: Manifest,
  extractor: ExtractorInstance,
  refuse = (message: string): never => failAnswer(manifest.name, message),
): ExtractorInstance {
  const plans = new Map<number, PlanState>();
  return {
    configure: (plan, requests) => {
      const types = requests.map((request) => typeOf(manifest, request));
      extractor.configure(plan, requests);
      const dictionarySizes = new Uint32Array(requests.length);
      plans.set(plan, { types, dictionarySizes, dictionaryBytes: 0, epoch: undefined });
    },
    extract: (plan, batch) => {
      const state = plans.get(plan);
      if (state === undefined) throw new Error(`plan ${plan} was not configured`);
      const answer = extractor.extract(plan, batch);
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
      if (fault !== undefined) refuse(fault);
      state.dictionaryBytes += answer.dictionaryData.length;
      return answer;
    },
    ...(extractor.begin === undefined ? {} : { begin: extractor.begin }),
  };
}

/** Throws the fault of a plugin that answers what it may not. */
export function failAnswer(pluginName: string, message: string): never {
  throw new PluginFault('answer', pluginName, `wrong answer: ${message}`);
}

type Answer = { readonly [Name in keyof ExtractedColumns]?: unknown } | undefined;

/** The lists of an answer, of the types that the WIT says. Throws `PluginFault`. */
export function toColumns(answer: Answer, pluginName: string): ExtractedColumns {
  const list = <List>(value: unknown, type: abstract new (...args: never[]) => List): List =>
    value instanceof type ? value : failAnswer(pluginName, 'a list of another type');
  const epoch = answer?.dictionaryEpoch;
  return {
    cells: list(answer?.cells, Uint32Array),
    texts: list(answer?.texts, Uint32Array),
    numbers: list(answer?.numbers, BigUint64Array),
    lists: list(answer?.lists, Uint32Array),
    scratch: list(answer?.scratch, Uint8Array),
    dictionaryRequests: list(answer?.dictionaryRequests, Uint16Array),
    dictionaryEnds: list(answer?.dictionaryEnds, Uint32Array),
    dictionaryData: list(answer?.dictionaryData, Uint8Array),
    dictionaryEpoch:
      typeof epoch === 'number' ? epoch : failAnswer(pluginName, 'an epoch that is not a number'),
  };
}

function typeOf(manifest: Manifest, { fieldIndex }: ExtractionRequest): ValueType {
  const field = manifest.extractor?.fields[fieldIndex];
  if (field === undefined) throw new Error(`${manifest.name} has no field ${fieldIndex}`);
  return { type: field.type, isList: field.isList };
}
