import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

export interface ScratchFolder {
  readonly path: string;
  /** Writes a file, with the folders above it, and answers its path. */
  write(name: string, contents: string | Uint8Array): string;
}

/** A folder of the test file's own, gone when its tests are over. */
export function scratchFolder(name: string): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), `tiercel-${name}-`));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write: (file, contents) => {
      const target = join(path, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, contents);
      return target;
    },
  };
}
