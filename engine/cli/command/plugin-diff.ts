/* `tiercel plugin diff`: two versions of a plugin side by side, of what counts for whoever runs it. */

import { existsSync } from 'node:fs';
import { printableLines } from '../../base/printable.ts';
import { findPlugin } from '../../config/bundled-plugins.ts';
import type { Checked } from '../../diagnostic/diagnostic.ts';
import { comparePlugins } from '../../packages/install/compare-plugins.ts';
import { type FetchedFile, fetchFile } from '../../packages/install/fetch-plugin.ts';
import { storedPath } from '../../packages/install/file-store.ts';
import type { Lock } from '../../packages/install/lock.ts';
import { EXIT } from '../console/exit-code.ts';
import { openPlace } from '../console/open-place.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface DiffArguments {
  /** Files, references, or names. */
  readonly before: string;
  readonly after: string;
  readonly config: string | undefined;
  readonly isJson: boolean;
}

export async function diffCommand(args: DiffArguments, terminal: Terminal): Promise<number> {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const before = await find(args.before, place.lock);
  if (before.value === undefined) return refuse(before.diagnostics, args, terminal);
  const after = await find(args.after, place.lock);
  if (after.value === undefined) return refuse(after.diagnostics, args, terminal);
  const parts = comparePlugins(before.value.file, after.value.file);
  const [old, now] = [before, after].map(({ value }) => value?.file.manifest);
  if (args.isJson) {
    const version = (manifest: typeof old) => ({
      name: manifest?.name,
      version: manifest?.version,
    });
    const shown = { before: version(old), after: version(now), parts };
    terminal.stdout.write(`${printableLines(JSON.stringify(shown, null, 2))}\n`);
    return EXIT.ok;
  }
  const title = `${old?.name} ${old?.version} → ${now?.name} ${now?.version}`;
  const lines = parts.flatMap(({ part, changes }) =>
    changes.map(
      ({ sign, text }, index) => `${(index === 0 ? part : '').padEnd(12)} ${sign} ${text}`,
    ),
  );
  const all = [title, ...(lines.length === 0 ? ['the same in all that counts'] : lines)];
  terminal.stdout.write(`${printableLines(all.join('\n'))}\n`);
  return EXIT.ok;
}

/** A name means an installed plugin, or else one that ships with the product. */
async function find(written: string, lock: Lock): Promise<Checked<FetchedFile>> {
  const digest = existsSync(written) ? undefined : lock.plugins[written]?.digest;
  const path = digest === undefined ? undefined : storedPath('plugins', digest);
  return fetchFile(path ?? (existsSync(written) ? written : (findPlugin(written) ?? written)));
}
