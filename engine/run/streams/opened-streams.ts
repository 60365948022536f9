/*
 * Which streams a run has: one for each plugin that has open parameters (Falco's form), and one for each entry of
 * `streams:`, several of which may name the same plugin.
 */

import type { Config, OpenParams } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { type Location, parseLocation, supplyOf } from '../../store/location/location.ts';
import type { InvalidLocation } from '../../store/location/location-kind.ts';
import type { LoadedPlugin } from '../load/load-plugins.ts';

export interface OpenedStream {
  /** The operator's name for it, or else the plugin's name. */
  readonly name: string;
  readonly plugin: LoadedPlugin;
  /** What it opens. */
  readonly opened: Location | InvalidLocation | OpenText;
  /** Somebody asked for it, and it is stored: what comes by itself is followed anyway. */
  readonly isFollowed: boolean;
}

/** Open parameters that only the plugin understands. */
export interface OpenText {
  readonly kind: 'text';
  readonly text: string;
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
    return [openStream(name, plugin, openParams, config.isFollowed)];
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
      streams.push(openStream(name, plugin, openParams, isFollowed ?? config.isFollowed));
    }
  }
  return { streams, diagnostics };
}

function openStream(
  name: string,
  plugin: LoadedPlugin,
  { text, folder }: OpenParams,
  isFollowAsked: boolean,
): OpenedStream {
  const isLocation = plugin.file.manifest.source?.openParams === 'location';
  const opened = isLocation ? parseLocation(text, folder) : { kind: 'text' as const, text };
  const isStored =
    opened.kind !== 'text' && opened.kind !== 'invalid' && supplyOf(opened) === 'stored';
  return { name, plugin, opened, isFollowed: isFollowAsked && isStored };
}
