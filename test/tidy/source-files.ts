import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.tiercel']);

/** All files below `folder` whose name ends with one of the endings. */
export function listFiles(folder: string, endings: readonly string[]): SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (LEFT_OUT.has(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (endings.some((ending) => entry.name.endsWith(ending))) {
        found.push({ path: relative(REPOSITORY, path), text: readFileSync(path, 'utf8') });
      }
    }
  };
  walk(join(REPOSITORY, folder));
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Relative imports of a file (of types and at run time too), resolved to repository paths. */
export function importsOf(file: SourceFile): string[] {
  const imports: string[] = [];
  const pattern =
    /^(?:import|export)\s[^;]*?from '(\.[^']+)'|^import '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;
  for (const match of file.text.matchAll(pattern)) {
    const target = match[1] ?? match[2] ?? match[3] ?? '';
    imports.push(join(file.path, '..', target));
  }
  return imports;
}
