import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Beyond so many entries a progress bar has no total. */
const ENTRIES_MAX = 20_000;

/** Stored bytes below a location; `undefined` when it cannot be told (soon enough). */
export async function measureLocation(location: string): Promise<number | undefined> {
  try {
    const found = await stat(location);
    if (!found.isDirectory()) return found.size;
    const entries = await readdir(location, { recursive: true, withFileTypes: true });
    if (entries.length > ENTRIES_MAX) return undefined;
    let bytes = 0;
    for (const entry of entries) {
      if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
    }
    return bytes;
  } catch {
    // Only a progress bar asks; the reader reports what it cannot read.
    return undefined;
  }
}
