import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

const PART = '.part';
/** Nothing is written for so long. */
const LEFT_BEHIND_MS = 3_600_000;

/**
 * Writes a file so that no reader ever sees a part of it, and no part is left after a crash; throws the system's error.
 * While it is written it has another name, which ends in `.part`.
 */
export function writeWhole(path: string, contents: string | Uint8Array, mode = 0o666): void {
  const temporary = `${path}.${randomUUID()}${PART}`;
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, contents);
      // A name must never lead to a file whose bytes did not reach the disk.
      fsyncSync(file);
      removeLeftBehind(path, fstatSync(file).mtimeMs);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** The name itself is on the disk. Some file systems have no such thing for folders. */
function syncFolder(path: string): void {
  let folder: number | undefined;
  try {
    folder = openSync(path, 'r');
    fsyncSync(folder);
  } catch {
    // What was written is there; only a crash of the machine could still take it back.
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

/** What others began to write there and were killed over. */
function removeLeftBehind(path: string, nowMs: number): void {
  const [folder, name] = [dirname(path), `${basename(path)}.`];
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(name) || !entry.endsWith(PART)) continue;
    const left = join(folder, entry);
    const stats = statSync(left, { throwIfNoEntry: false });
    if (stats !== undefined && nowMs - stats.mtimeMs > LEFT_BEHIND_MS)
      rmSync(left, { force: true });
  }
}
