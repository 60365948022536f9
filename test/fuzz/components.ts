/* Bundled and hostile components with some bytes changed: judged, prepared, instantiated, called. */

import { PluginFault } from '../../engine/plugin/abi/plugin-instance.ts';
import { readSections } from '../../engine/plugin/file/wasm-binary.ts';
import { judgeComponent } from '../../engine/plugin/gate/component-file.ts';
import { createServices } from '../../engine/plugin/host/host-services.ts';
import { instantiatePlugin } from '../../engine/plugin/instance.ts';
import { preparePlugin } from '../../engine/plugin/prepare/prepare-plugin.ts';
import { transpile } from '../../engine/plugin/prepare/run-transpiler.ts';
import type { Fuzz } from './fuzz-worker.ts';
import type { Random } from './random.ts';

const CORE_MODULE = 1;
const EVENT = Buffer.from('{"a":"x"}');

export function fuzzComponents(samples: readonly Uint8Array[]): Fuzz {
  const places = samples.map(placesOutsideOfModules);
  return async (random) => {
    const which = random.below(samples.length);
    const bytes = mutate(samples[which]!, places[which]!, random);
    const { value: file, diagnostics } = judgeComponent('fuzzed', bytes);
    if (file === undefined) return diagnostics[0]?.code ?? 'refused without a word';
    const prepared = await preparePlugin(file, {
      cacheDirectory: undefined,
      transpile: async (component) => {
        try {
          return { transpiled: await transpile(component) };
        } catch (error) {
          return { error: String(error) };
        }
      },
    });
    if (prepared.value === undefined) return prepared.diagnostics.at(-1)?.code ?? 'not prepared';
    const services = createServices({
      plugin: 'fuzzed',
      clock: undefined,
      store: undefined,
      onLog: () => {},
      onProblem: () => {},
    });
    try {
      const instance = instantiatePlugin(prepared.value, services);
      instance.init('');
      instance.extractor?.configure(0, [{ fieldIndex: 0, argument: '/a', isOpaque: false }]);
      const events = {
        data: EVENT,
        spans: Uint32Array.of(0, EVENT.length),
        times: BigUint64Array.of(1n),
      };
      instance.extractor?.extract(0, events);
      instance.source?.open('');
      instance.source?.next(1_000, 10, new Uint8Array(1_000));
      instance.source?.checkpoint();
      return 'worked';
    } catch (error) {
      if (error instanceof PluginFault) return `fault: ${error.kind}`;
      throw error;
    }
  };
}

function placesOutsideOfModules(sample: Uint8Array): number[] {
  return readSections(sample).flatMap(({ id, start, body, end }) => {
    const last = id === CORE_MODULE ? Math.min(end, body + 8) : end;
    return Array.from({ length: last - start }, (_, at) => start + at);
  });
}

function mutate(sample: Uint8Array, places: readonly number[], random: Random): Uint8Array {
  let bytes = Buffer.from(sample);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const isAnywhere = random.below(2) === 0;
    const at = Math.min(
      isAnywhere ? random.below(bytes.length) : random.pick(places),
      bytes.length - 1,
    );
    const size = 1 + random.below(16);
    const before = bytes.subarray(0, at);
    switch (random.below(6)) {
      case 0:
        bytes = Buffer.concat([before, bytes.subarray(at + size)]);
        break;
      case 1:
        bytes = Buffer.concat([before, bytes.subarray(at, at + size), bytes.subarray(at)]);
        break;
      case 2:
        bytes[at] = 0xff;
        break;
      default:
        bytes[at] = random.below(256);
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}
