import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folder of this package: where `schemas/`, `rules/` and `dist/plugins/` are, whether the code runs
 * compiled (`dist/engine/…`) or from source in tests (`engine/…`).
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json of tiercel not found above its code');
    folder = parent;
  }
  return folder;
}

/** URL of a worker's entry, always the compiled one: Node cannot run TypeScript in a worker. */
export function workerEntry(compiledPath: string): URL {
  return new URL(`file://${join(packageRoot(), 'dist', 'engine', compiledPath)}`);
}
