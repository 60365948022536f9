/* `tiercel plugin list` and `remove`, and the same of rules: what the lock names. */

import { printable, printableLines } from '../../base/printable.ts';
import { isStored, type Kind } from '../../packages/install/file-store.ts';
import { removeInstalled } from '../../packages/install/install.ts';
import type { LockedPlugin, LockedRules } from '../../packages/install/lock.ts';
import { parsePublicKey } from '../../packages/trust/public-key.ts';
import { EXIT } from '../console/exit-code.ts';
import { openPlace } from '../console/open-place.ts';
import { renderTable } from '../console/table.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface ListArguments {
  readonly kind: Kind;
  readonly config: string | undefined;
  readonly isJson: boolean;
}

export function installedCommand(args: ListArguments, terminal: Terminal): number {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const { kind } = args;
  const all: [name: string, locked: LockedRules & Partial<LockedPlugin>][] = Object.entries(
    place.lock[kind],
  );
  if (args.isJson) {
    const shown = all.map(([name, locked]) => ({
      name,
      ...locked,
      key: locked.key ?? null,
      isHere: isStored(kind, locked.digest),
    }));
    terminal.stdout.write(`${printableLines(JSON.stringify(shown, null, 2))}\n`);
    return EXIT.ok;
  }
  if (all.length === 0) {
    terminal.stdout.write(`${printable(`nothing is installed in ${place.path}`)}\n`);
    return EXIT.ok;
  }
  const noun = kind === 'plugins' ? 'plugin' : 'rules';
  const ofPlugins = kind === 'plugins' ? ['granted'] : [];
  const table = {
    columns: [noun, 'version', 'signed by', ...ofPlugins, 'from', 'here'],
    rows: all.map(([name, { version, key, granted, from, digest }]) => [
      name,
      version,
      key === undefined ? '-' : (parsePublicKey(key)?.id ?? '-'),
      ...(granted === undefined ? [] : [granted.join(', ') || '-']),
      from,
      isStored(kind, digest) ? 'yes' : 'no',
    ]),
  };
  terminal.stdout.write(`${printableLines(renderTable(table, 'text'))}\n`);
  return EXIT.ok;
}

export interface RemoveArguments extends ListArguments {
  readonly name: string;
  /** Its file as well. */
  readonly isPurged: boolean;
}

export function removeCommand(args: RemoveArguments, terminal: Terminal): number {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const wrong = removeInstalled(place, args);
  if (wrong !== undefined) return refuse([wrong], args, terminal);
  const text = printable(`removed: ${args.name}, from ${place.path}`);
  const shown = JSON.stringify({ removed: args.name, lock: place.path });
  terminal.stdout.write(`${args.isJson ? shown : text}\n`);
  return EXIT.ok;
}
