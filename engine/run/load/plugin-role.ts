import { mayKnowTime } from '../../plugin/gate/grants.ts';
import type { PreparedPlugin } from '../../plugin/prepare/prepared-plugin.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import type { LoadedPlugin } from './load-plugins.ts';

export type PreparedPlugins = ReadonlyMap<string, PreparedPlugin>;

/** What a worker needs to call a plugin. */
export function toRole({ config, file }: LoadedPlugin, prepared: PreparedPlugins): PluginRole {
  const plugin = prepared.get(file.manifest.name);
  if (plugin === undefined) throw new Error(`plugin ${file.manifest.name} was not prepared`);
  const { initConfig, grants, isolation, isBundled } = config;
  const clockGranted = mayKnowTime(file.manifest, grants, isBundled);
  return { plugin, initConfig, clockGranted, isolation };
}
