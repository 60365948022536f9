import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

/** The file of the plugin of that name: a bundled one, else `NAME.wasm` in the current folder. */
export function findPlugin(name: string): string | undefined {
  if (bundledPlugins().includes(name)) return bundledPluginPath(name);
  const beside = resolve(`${name}.wasm`);
  return !/[/\\]/.test(name) && existsSync(beside) ? beside : undefined;
}
