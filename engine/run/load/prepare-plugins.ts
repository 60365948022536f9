import type { Config } from '../../config/config.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { preparePlugin } from '../../plugin/prepare/prepare-plugin.ts';
import type { PreparedPlugin } from '../../plugin/prepare/prepared-plugin.ts';
import type { LoadedPlugin } from './load-plugins.ts';
import type { PreparedPlugins } from './plugin-role.ts';

/** By name; one that cannot be prepared is missing, and said among the diagnostics. */
export async function preparePlugins(
  plugins: readonly LoadedPlugin[],
  config: Config,
  diagnostics: Diagnostic[],
): Promise<PreparedPlugins> {
  const prepared = new Map<string, PreparedPlugin>();
  const { cacheDirectory } = config;
  const results = await Promise.all(
    plugins.map(({ file }) => preparePlugin(file, { cacheDirectory })),
  );
  for (const { value, diagnostics: found } of results) {
    // The cache is the same for all of them: one plugin reports what is wrong with it.
    diagnostics.push(
      ...found.filter((one) => !diagnostics.some(({ message }) => message === one.message)),
    );
    if (value !== undefined) prepared.set(value.manifest.name, value);
  }
  return prepared;
}
