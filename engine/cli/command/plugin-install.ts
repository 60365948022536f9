/* `tiercel plugin install`: what a plugin may do is shown, and somebody agrees, before it is there. */

import { createInterface } from 'node:readline/promises';
import { printable } from '../../base/printable.ts';
import { readPublicKeys } from '../../config/resolve-trust.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { renderText } from '../../diagnostic/render.ts';
import {
  agreedPlugin,
  commitInstall,
  type Proposal,
  proposeInstall,
  proposeWith,
} from '../../packages/install/install.ts';
import type { InstallPlan } from '../../packages/install/judge-install.ts';
import { parsePublicKey } from '../../packages/trust/public-key.ts';
import { EXIT } from '../console/exit-code.ts';
import { openPlace } from '../console/open-place.ts';
import { ProgressBar } from '../console/progress-bar.ts';
import { say, type Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';
import { restoreAll } from './restore.ts';

export interface InstallArguments {
  /** A file, a URL, or the name of an installed plugin; `undefined`: everything that the lock names. */
  readonly reference: string | undefined;
  readonly config: string | undefined;
  /** Keys, or files with them. */
  readonly keys: readonly string[];
  readonly grants: readonly string[];
  readonly isForced: boolean;
  readonly isJson: boolean;
}

export async function installCommand(args: InstallArguments, terminal: Terminal): Promise<number> {
  const { value: place, diagnostics } = openPlace(args.config);
  if (place === undefined) return refuse(diagnostics, args, terminal);
  const { reference } = args;
  if (reference === undefined)
    return restoreAll(place, { kind: 'plugins', isJson: args.isJson }, terminal);
  const { value: keys, diagnostics: ofKeys } = readPublicKeys(args.keys, process.cwd());
  if (keys === undefined) return refuse(ofKeys, args, terminal);
  const bar = new ProgressBar(terminal);
  const { grants, isForced, isJson } = args;
  const wish = { reference, keys, grants, isForced };
  const { value: proposed, diagnostics: found } = await proposeInstall(place, wish, (...sizes) =>
    bar.showBytes(...sizes),
  );
  bar.clear();
  if (proposed === undefined) return refuse(found, args, terminal);
  if (!isJson) show(proposed.plan, found, terminal);
  const { value: agreed, diagnostics: wrong } = await agree(proposed, args);
  if (agreed === undefined) return refuse(wrong, args, terminal);
  const stored = commitInstall(place, agreedPlugin(agreed));
  if (typeof stored !== 'string') return refuse([stored], args, terminal);
  const { file, locked, before } = agreed.plan;
  const { name } = file.manifest;
  const { version, digest, from, granted, key = null } = locked;
  const shown = { name, version, digest, key, from, granted, path: stored, lock: place.path };
  const verb = before === undefined ? 'installed' : 'installed again';
  const text = printable(`${verb}: ${name} ${version}, in ${place.path}`);
  terminal.stdout.write(`${isJson ? JSON.stringify(shown) : text}\n`);
  return EXIT.ok;
}

/** What a person has to know before it runs. */
function show(plan: InstallPlan, notices: readonly Diagnostic[], terminal: Terminal): void {
  const { file, locked, before, missing } = plan;
  const { name, version, source, extractor } = file.manifest;
  const key = locked.key === undefined ? undefined : parsePublicKey(locked.key);
  const was = before === undefined ? '' : ` (there is ${before.version})`;
  const opens =
    source === undefined ? 'none' : `${source.name} (open: ${source.openParamsDescription})`;
  const rows: [label: string, text: string][] = [
    ['plugin', `${name} ${version}${was}`],
    ['from', locked.from],
    ['signed by', key === undefined ? 'no known key' : `the key ${key.id}`],
    ['sha256', `${file.digest} (${file.sizeBytes} bytes)`],
    ['source', opens],
    ['fields', String(extractor?.fields.length ?? 0)],
    ['rules', file.attachments.rules?.name ?? 'none'],
    ['granted', locked.granted.join(', ') || 'nothing beyond the location that it is given'],
  ];
  if (missing.length > 0) rows.push(['asks for', missing.join(', ')]);
  if (notices.length > 0) say(terminal, renderText(notices, terminal));
  for (const [label, text] of rows)
    terminal.stdout.write(`${label.padEnd(12)} ${printable(text)}\n`);
}

/** On a terminal somebody can agree there and then. */
async function agree(
  proposal: Proposal,
  { isJson }: InstallArguments,
): Promise<ReturnType<typeof proposeWith>> {
  const { missing } = proposal.plan;
  if (missing.length === 0) return { value: proposal, diagnostics: [] };
  const refusal = { value: undefined, diagnostics: [notGranted(proposal.plan)] };
  // Where a location has to be named, it is on the command line.
  const isAnswerable = missing.every(({ capability, example }) => example === capability);
  if (isJson || !process.stdin.isTTY || !isAnswerable) return refusal;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const wanted = missing.map(({ capability }) => capability);
    const answer = await reader.question(`Grant ${wanted.join(', ')}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim()) ? proposeWith(proposal, wanted) : refusal;
  } finally {
    reader.close();
  }
}

function notGranted({ file, missing, before, locked }: InstallPlan): Diagnostic {
  const { name, version } = file.manifest;
  const what = missing.map(({ capability }) => `\`${capability}\``).join(', ');
  const more = before === undefined ? '' : `, which ${before.version} was not granted`;
  const message = `plugin \`${name}\` ${version} asks for ${what}${more}`;
  const flags = missing.map(({ example }) => `--grant ${example}`).join(' ');
  const hint = `if it may: \`tiercel plugin install ${locked.from} ${flags}\``;
  return createDiagnostic('INSTALL_NOT_GRANTED', { message, hint });
}
