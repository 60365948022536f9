/* `tiercel rules sign` and `push`. */

import { basename } from 'node:path';
import { printable } from '../../base/printable.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { findNameFault, toRulesArtifact } from '../../packages/install/fetch-rules.ts';
import { findRulesFault } from '../../packages/install/install-rules.ts';
import { parseRegistryReference } from '../../packages/install/reference.ts';
import { publishArtifact } from '../../packages/install/registry/registry.ts';
import { signDetached } from '../../packages/trust/detached-signature.ts';
import { digestOf, readSignedRules } from '../../packages/trust/signed-file.ts';
import { EXIT } from '../console/exit-code.ts';
import { openKey } from '../console/open-key.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface SignRulesArguments {
  readonly file: string;
  /** Path of the secret key. */
  readonly key: string;
  readonly isJson: boolean;
}

export async function signRulesCommand(
  args: SignRulesArguments,
  terminal: Terminal,
): Promise<number> {
  const { file, isJson } = args;
  const read = readSignedRules(file);
  if ('code' in read) return refuse([read], args, terminal);
  const fault = findRulesFault(file, read.bytes);
  if (fault !== undefined) return refuse([fault], args, terminal);
  const { value: key, diagnostics } = await openKey(args.key, terminal);
  if (key === undefined) return refuse(diagnostics, args, terminal);
  const path = `${file}.minisig`;
  try {
    writeWhole(path, signDetached(read.bytes, key, `file:${basename(file)}\thashed`));
  } catch (error) {
    const message = `cannot write ${path}: ${systemErrorText(error)}`;
    return refuse([createDiagnostic('KEY_UNUSABLE', { message })], args, terminal);
  }
  const { id, text: keyText } = key.publicKey;
  const text = `${file} → ${path}: signed with the key ${id}`;
  const shown = JSON.stringify({ path, key: keyText, id });
  terminal.stdout.write(`${isJson ? shown : printable(text)}\n`);
  return EXIT.ok;
}

export interface PushRulesArguments {
  readonly file: string;
  readonly reference: string;
  readonly name: string | undefined;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

export async function pushRulesCommand(
  args: PushRulesArguments,
  terminal: Terminal,
): Promise<number> {
  const { file, isJson } = args;
  const read = readSignedRules(file);
  if ('code' in read) return refuse([read], args, terminal);
  const fault = findRulesFault(file, read.bytes);
  if (fault !== undefined) return refuse([fault], args, terminal);
  const wanted = parseRegistryReference(args.reference);
  if (typeof wanted === 'string' || wanted.tag === undefined || wanted.digest !== undefined) {
    const expected = 'expected a version as its tag, and no digest';
    const message = typeof wanted === 'string' ? wanted : `\`${args.reference}\`: ${expected}`;
    const hint = 'for example oci://ghcr.io/me/my-rules:1.0.0';
    return refuse([createDiagnostic('INSTALL_REFERENCE', { message, hint })], args, terminal);
  }
  const { tag: version, repository } = wanted;
  const named = findNameFault(args.name ?? repository.split('/').at(-1) ?? '');
  if (named.value === undefined) return refuse(named.diagnostics, args, terminal);
  const name = named.value;
  const artifact = toRulesArtifact({ name, version, read });
  const published = await publishArtifact({ ...wanted, tag: version }, artifact, args);
  if (typeof published === 'string')
    return refuse(
      [createDiagnostic('INSTALL_UNREACHABLE', { message: published })],
      args,
      terminal,
    );
  const reference = published.text;
  const shown = JSON.stringify({ name, version, reference, digest: digestOf(read.bytes) });
  terminal.stdout.write(`${isJson ? shown : printable(`${name} ${version} → ${reference}`)}\n`);
  return EXIT.ok;
}
