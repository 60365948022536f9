/*
 * Which streams a run has: one for each plugin that has open parameters (Falco's form), and one for each entry of
 * `streams:`, several of which may name the same plugin.
 */

import type { Config } from '../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { LoadedPlugin } from './load-plugins.ts';

export interface OpenedStream {
  /** As the operator calls it; the plugin's name where nobody gave another. */
  readonly name: string;
  readonly plugin: LoadedPlugin;
  /** As they were written. */
  readonly openParams: string;
  readonly isFollowed: boolean;
}

export interface OpenedStreams {
  readonly streams: readonly OpenedStream[];
  readonly diagnostics: readonly Diagnostic[];
}

export function findStreams(config: Config, plugins: readonly LoadedPlugin[]): OpenedStreams {
  const diagnostics: Diagnostic[] = [];
  const streams = plugins.flatMap((plugin): OpenedStream[] => {
    const { openParams } = plugin.config;
    const { name, source } = plugin.file.manifest;
    if (openParams === undefined || source === undefined) return [];
    return [{ name, plugin, openParams, isFollowed: config.isFollowed }];
  });
  for (const { name, pluginName, openParams, isFollowed } of config.streams) {
    const plugin = plugins.find(({ file }) => file.manifest.name === pluginName);
    // That it was not found, or cannot be loaded, has been said.
    if (plugin === undefined) continue;
    if (plugin.file.manifest.source === undefined) {
      const why = `plugin \`${pluginName}\` only has fields, it reads nothing`;
      const message = `stream \`${name}\`: ${why}`;
      diagnostics.push(createDiagnostic('PLUGIN_NO_SOURCE', { message }));
    } else if (streams.some((one) => one.name === name)) {
      const message = `two streams are called \`${name}\``;
      const hint =
        'give one of them another `name`; a plugin with `open_params` is a stream of its own name';
      diagnostics.push(createDiagnostic('CONFIG_SCHEMA', { message, hint }));
    } else {
      streams.push({ name, plugin, openParams, isFollowed: isFollowed ?? config.isFollowed });
    }
  }
  return { streams, diagnostics };
}
