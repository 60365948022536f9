/* `tiercel plugin list` and `remove`: what the lock names. */

import { printable, printableLines } from '../../base/printable.ts';
import { removePlugin } from '../../install/install.ts';
import type { LockedPlugin } from '../../install/lock.ts';
import { isStored } from '../../install/plugin-store.ts';
import { parsePublicKey } from '../../trust/public-key.ts';
import { EXIT } from '../exit-code.ts';
import { openPlace } from '../open-place.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { refuse } from './refuse.ts';

export interface ListArguments {
  readonly config: string | undefined;
  readonly isJson: boolean;
}

export function installedCommand(args: ListArguments, terminal: Terminal): number {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const plugins = Object.entries(place.lock.plugins);
  if (args.isJson) {
    const shown = plugins.map(([name, locked]) => ({
      name,
      ...locked,
      key: locked.key ?? null,
      isHere: isStored(locked.digest),
    }));
    terminal.stdout.write(`${printableLines(JSON.stringify(shown, null, 2))}\n`);
    return EXIT.ok;
  }
  if (plugins.length === 0) {
    terminal.stdout.write(`${printable(`nothing is installed in ${place.path}`)}\n`);
    return EXIT.ok;
  }
  const table = {
    columns: ['plugin', 'version', 'signed by', 'granted', 'from', 'here'],
    rows: plugins.map(([name, locked]) => [name, ...describe(locked)]),
  };
  terminal.stdout.write(`${printableLines(renderTable(table, 'text'))}\n`);
  return EXIT.ok;
}

function describe({ version, key, granted, from, digest }: LockedPlugin): string[] {
  const signer = key === undefined ? '-' : (parsePublicKey(key)?.id ?? '-');
  return [version, signer, granted.join(', ') || '-', from, isStored(digest) ? 'yes' : 'no'];
}

export interface RemoveArguments extends ListArguments {
  readonly name: string;
  /** Its file as well. */
  readonly isPurged: boolean;
}

export function removeCommand(args: RemoveArguments, terminal: Terminal): number {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const wrong = removePlugin(place, args);
  if (wrong !== undefined) return refuse([wrong], args, terminal);
  const text = printable(`removed: ${args.name}, from ${place.path}`);
  const shown = JSON.stringify({ removed: args.name, lock: place.path });
  terminal.stdout.write(`${args.isJson ? shown : text}\n`);
  return EXIT.ok;
}
