// What a plugin in JavaScript is made of: `export const { plugin, source, extractor } = definePlugin({ … })`.

import { pluginError } from './errors.ts';
import { exported } from './exports.ts';
import { Extractor, type ExtractorExports, type FieldFunctions } from './extractor.ts';
import type { Manifest } from './manifest.ts';
import type { Source } from './source.ts';

export interface PluginParts<Event> {
  /** `manifest.json`, imported. */
  readonly manifest: Manifest;
  readonly source?: Source;
  /**
   * An event → what the functions of its fields are given, once an event. What throws has no fields. Absent: the
   * event's text.
   */
  readonly parse?: (text: string) => Event;
  /** One for each field of the manifest. */
  readonly fields?: FieldFunctions<Event>;
  /** The operator's init configuration, valid under the manifest's schema. What throws refuses it. */
  readonly configure?: (config: unknown) => void;
}

export interface PluginExports {
  readonly plugin: { init(config: string): void };
  readonly source: Source | undefined;
  readonly extractor: ExtractorExports | undefined;
}

const SOURCE_EXPORTS = ['open', 'next', 'checkpoint', 'resume', 'acknowledge', 'close'] as const;
const EXTRACTOR_EXPORTS = ['configure', 'extract'] as const;

/** Throws, and the plugin is not built, where the manifest and the parts do not fit. */
export function definePlugin<Event = string>(parts: PluginParts<Event>): PluginExports {
  const { manifest, source, parse, fields, configure } = parts;
  if ((manifest.source !== undefined) !== (source !== undefined))
    throw new Error(
      `manifest.json has ${manifest.source ? 'a' : 'no'} source, the plugin ${source ? 'one' : 'none'}`,
    );
  const init = (config: string): void => {
    try {
      configure?.(config === '' ? undefined : JSON.parse(config));
    } catch (error) {
      throw pluginError('invalid-argument', (error as Error).message);
    }
  };
  const extractor = manifest.extractor && new Extractor(manifest.extractor.fields, parse, fields);
  return {
    plugin: exported({ init }, ['init']),
    source: source && exported(source, SOURCE_EXPORTS),
    extractor: extractor && exported<ExtractorExports>(extractor, EXTRACTOR_EXPORTS),
  };
}
