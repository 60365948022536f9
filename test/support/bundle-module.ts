import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** A module of the engine as one JavaScript file in the folder, for processes of a test's own; answers its path. */
export async function bundleModule(source: string, folder: string): Promise<string> {
  const input = fileURLToPath(new URL(`../../engine/${source}`, import.meta.url));
  const file = join(folder, 'module.mjs');
  const bundle = await rolldown({ input, platform: 'node' });
  await bundle.write({ file });
  await bundle.close();
  return file;
}
