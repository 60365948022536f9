/* A file or a folder of this machine. */

import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { kindOf } from '../local/local-file.ts';
import {
  type CheckContext,
  type LocationFinding,
  type LocationKind,
  type Place,
  unreadable,
} from './location-kind.ts';

/** Its text is its path. */
export type PathLocation = Place<'path'>;

/** Beyond so many entries a progress bar has no total. */
const ENTRIES_MAX = 20_000;

export const PATH: LocationKind<PathLocation> = {
  supply: 'stored',
  pattern: /^(?![a-z][a-z0-9+.-]*:\/\/)/,
  parse: (text, folder) => ({ kind: 'path', text: resolve(folder, text) }),
  check: checkPath,
  measure: ({ text }) => measurePath(text),
};

function checkPath({ text: path }: PathLocation, { pluginName }: CheckContext): LocationFinding[] {
  try {
    const found = statSync(path);
    if (found.isFile() || found.isDirectory()) return [];
    const hint = found.isSocket()
      ? `to listen there: \`tiercel run ${pluginName} unix:${path}\``
      : `for what a pipe gives: \`… | tiercel run ${pluginName} -\``;
    return [unreadable(`it is ${kindOf(found)}, not a file or a folder`, hint)];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Its reader reports why it cannot be read.
    return code === 'ENOENT' || code === 'ENOTDIR' ? [unreadable('it does not exist')] : [];
  }
}

/** Stored bytes of a file or below a folder; `undefined` when unknown (or not known soon enough). */
export async function measurePath(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return found.size;
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
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
