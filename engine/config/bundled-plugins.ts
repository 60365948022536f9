import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/package-root.ts';

/** Names of the plugins that ship with the engine. */
export function bundledPlugins(): string[] {
  const folder = join(packageRoot(), 'dist', 'plugins');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => name.slice(0, -'.wasm'.length))
    .sort();
}

export function bundledPluginPath(name: string): string {
  return join(packageRoot(), 'dist', 'plugins', `${name}.wasm`);
}
