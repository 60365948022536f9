/* `tiercel rules install`. */

import { printable } from '../../base/printable.ts';
import { countOf } from '../../base/quantity.ts';
import { readPublicKeys } from '../../config/resolve-trust.ts';
import { commitInstall } from '../../packages/install/install.ts';
import { proposeRules, type RulesProposal } from '../../packages/install/install-rules.ts';
import { parsePublicKey } from '../../packages/trust/public-key.ts';
import { EXIT } from '../console/exit-code.ts';
import { openPlace } from '../console/open-place.ts';
import { ProgressBar } from '../console/progress-bar.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';
import { restoreAll } from './restore.ts';

export interface InstallRulesArguments {
  /** `undefined`: all that the lock names. */
  readonly reference: string | undefined;
  readonly name: string | undefined;
  readonly keys: readonly string[];
  readonly isForced: boolean;
  readonly config: string | undefined;
  readonly isJson: boolean;
}

export async function installRulesCommand(
  args: InstallRulesArguments,
  terminal: Terminal,
): Promise<number> {
  const { reference, name, isForced, isJson } = args;
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  if (reference === undefined) return restoreAll(place, { kind: 'rules', isJson }, terminal);
  const { value: keys, diagnostics: ofKeys } = readPublicKeys(args.keys, process.cwd());
  if (keys === undefined) return refuse(ofKeys, args, terminal);
  const bar = new ProgressBar(terminal);
  const wish = { reference, name, keys, isForced };
  const { value: proposed, diagnostics: wrong } = await proposeRules(place, wish, (...sizes) =>
    bar.showBytes(...sizes),
  );
  bar.clear();
  if (proposed === undefined) return refuse(wrong, args, terminal);
  const stored = commitInstall(place, proposed);
  if (typeof stored !== 'string') return refuse([stored], args, terminal);
  const { version, digest, key = null, from } = proposed.locked;
  const shown = { name: proposed.name, version, digest, key, from, path: stored, lock: place.path };
  const lines = [...describe(proposed), `installed: ${proposed.name}, in ${place.path}`];
  const text = lines.map((line) => printable(line)).join('\n');
  terminal.stdout.write(`${isJson ? JSON.stringify(shown) : text}\n`);
  return EXIT.ok;
}

function describe({ name, locked, before, sizeBytes, itemCount }: RulesProposal): string[] {
  const key = locked.key === undefined ? undefined : parsePublicKey(locked.key);
  const was = before === undefined ? '' : ` (there is ${before.version})`;
  const rows: [label: string, text: string][] = [
    ['rules', `${name} ${locked.version}${was}`],
    ['from', locked.from],
    ['signed by', key === undefined ? 'no known key' : `the key ${key.id}`],
    ['sha256', `${locked.digest} (${sizeBytes} bytes)`],
    ['has', countOf(itemCount, 'item')],
  ];
  return rows.map(([label, text]) => `${label.padEnd(12)} ${text}`);
}
