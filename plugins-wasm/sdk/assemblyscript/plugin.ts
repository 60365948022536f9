// What a plugin is made of. Its module says it once, at the top level of `assembly/index.ts`:
//
//   plugin.source = new JsonSource(new MyShape());
//   plugin.extractor = new Extractor(fields);
//
// The exports of its world (`worlds/`) call what is here.

import { Extractor } from './extractor';

/** A stream of events: what the interface `source` of the WIT file says of each function. */
export abstract class Source {
  abstract open(params: usize, size: usize): usize;
  abstract next(bytesMax: u32, eventsMax: u32): usize;
  abstract checkpoint(): usize;
  abstract resume(position: usize, size: usize): usize;
  abstract acknowledge(position: usize, size: usize): void;
  abstract close(): void;
}

export class PluginParts {
  source: Source | null = null;
  extractor: Extractor | null = null;
  /** Called with the init configuration as JSON text, or an empty one, before everything else. */
  onInit: (config: string) => void = ignore;

  needSource(): Source {
    const source = this.source;
    if (source === null) throw new Error('assembly/index.ts gives `plugin` no source');
    return source;
  }

  needExtractor(): Extractor {
    const extractor = this.extractor;
    if (extractor === null) throw new Error('assembly/index.ts gives `plugin` no extractor');
    return extractor;
  }
}

function ignore(_config: string): void {}

export const plugin: PluginParts = new PluginParts();
