import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../base/package-root.ts';

/** Text of the interface between the engine and plugins, the newest version. */
export function witText(): string {
  return readFileSync(join(packageRoot(), 'schemas', 'wit', 'v0.1', 'plugin.wit'), 'utf8');
}
