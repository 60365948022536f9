import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { type ExtractorInstance, PluginFault } from '../../plugin/abi/plugin-instance.ts';
import { createServices } from '../../plugin/host/host-services.ts';
import type { LogCollector } from '../../plugin/host/plugin-log.ts';
import { instantiatePlugin } from '../../plugin/instance.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';

/** A fresh one, of a role whose modules are compiled. It sees events, never files. Throws `PluginFault`. */
export function instantiateExtractor(
  { plugin, initConfig, clockGranted }: PluginRole,
  log: LogCollector,
): ExtractorInstance {
  const services = createServices({
    plugin: plugin.manifest.name,
    clock: clockGranted ? SYSTEM_CLOCK : undefined,
    store: undefined,
    onLog: (line) => log.add(line),
    onProblem: () => {},
  });
  const instance = instantiatePlugin(plugin, services);
  instance.init(initConfig);
  if (instance.extractor === undefined)
    throw new PluginFault('answer', instance.name, 'exports no extractor');
  return instance.extractor;
}
