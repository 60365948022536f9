/* An extractor without WebAssembly: one text field, the value of a key of the event, and misdeeds on demand. */

import type {
  EventBatch,
  ExtractedColumns,
  ExtractorInstance,
} from '../../engine/plugin/abi/plugin-instance.ts';
import { PluginFault } from '../../engine/plugin/abi/plugin-instance.ts';

export interface Misdeeds {
  /** Numbers (`id` of the event) that it cannot take, by plan. */
  readonly onConditions: ReadonlySet<number>;
  readonly onOutputs: ReadonlySet<number>;
}

const INLINE = 0x8000_0000;
const IN_SCRATCH = 0x8000_0000;

export function plainExtractor(name: string, key: string, misdeeds: Misdeeds): ExtractorInstance {
  let isBroken = false;
  return {
    configure: () => {},
    extract: (plan, batch) => {
      // As with a real instance: what failed once is not used again.
      if (isBroken) throw new PluginFault('trap', name, 'is not used after a fault');
      const events = eventsOf(batch);
      const guilty = plan === 0 ? misdeeds.onConditions : misdeeds.onOutputs;
      if (events.some(({ id }) => guilty.has(Number(id)))) {
        isBroken = true;
        throw new PluginFault('trap', name, 'unreachable');
      }
      return columnOf(events.map((event) => event[key]));
    },
  };
}

function eventsOf({ data, spans }: EventBatch): Record<string, string>[] {
  const events: Record<string, string>[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    const text = Buffer.from(data.subarray(spans[at], spans[at + 1])).toString();
    events.push(JSON.parse(text) as Record<string, string>);
  }
  return events;
}

function columnOf(values: readonly (string | undefined)[]): ExtractedColumns {
  const texts: number[] = [];
  let scratch = Buffer.alloc(0);
  const cells = values.map((value) => {
    if (value === undefined) return 0;
    texts.push(IN_SCRATCH + scratch.length, Buffer.byteLength(value));
    scratch = Buffer.concat([scratch, Buffer.from(value)]);
    return INLINE + texts.length / 2 - 1;
  });
  return {
    cells: Uint32Array.from(cells),
    texts: Uint32Array.from(texts),
    numbers: new BigUint64Array(),
    lists: new Uint32Array(),
    scratch,
    dictionaryRequests: new Uint16Array(),
    dictionaryEnds: new Uint32Array(),
    dictionaryData: new Uint8Array(),
    dictionaryEpoch: 0,
  };
}
