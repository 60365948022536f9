/* `tiercel plugin sign`: a signature into the file of a plugin, or beside it. */

import { basename } from 'node:path';
import { printable } from '../../base/printable.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { signDetached } from '../../packages/trust/detached-signature.ts';
import { readSigned, withSignature } from '../../packages/trust/signature-section.ts';
import { readComponentFile } from '../../plugin/gate/component-file.ts';
import { EXIT } from '../console/exit-code.ts';
import { openKey } from '../console/open-key.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface SignArguments {
  readonly file: string;
  /** Path of the secret key. */
  readonly key: string;
  /** `undefined`: the file itself. */
  readonly output: string | undefined;
  readonly isDetached: boolean;
  readonly isJson: boolean;
}

export async function signCommand(args: SignArguments, terminal: Terminal): Promise<number> {
  const { file, isDetached, isJson } = args;
  const { value: plugin, diagnostics } = readComponentFile(file);
  if (plugin === undefined) return refuse(diagnostics, args, terminal);
  const { value: key, diagnostics: ofKey } = await openKey(args.key, terminal);
  if (key === undefined) return refuse(ofKey, args, terminal);
  const { bytes, manifest } = plugin;
  const { name, version } = manifest;
  const signed = isDetached ? undefined : readSigned(bytes);
  if (signed !== undefined && 'kind' in signed) {
    const code = signed.kind === 'misplaced' ? 'SIGNATURE_MISPLACED' : 'SIGNATURE_MALFORMED';
    const hint = 'build it again, and sign that';
    const wrong = createDiagnostic(code, { message: `${file} ${signed.message}`, hint });
    return refuse([wrong], args, terminal);
  }
  const path = args.output ?? (isDetached ? `${file}.minisig` : file);
  const comment = `file:${basename(file)}\tplugin:${name}\tversion:${version}\thashed`;
  const contents =
    signed === undefined ? signDetached(bytes, key, comment) : withSignature(signed, bytes, key);
  try {
    writeWhole(path, contents);
  } catch (error) {
    const message = `cannot write ${path}: ${systemErrorText(error)}`;
    return refuse([createDiagnostic('KEY_UNUSABLE', { message })], args, terminal);
  }
  const { id } = key.publicKey;
  const text = `${name} ${version} → ${path}: signed with the key ${id}`;
  const shown = JSON.stringify({ path, plugin: name, version, key: key.publicKey.text, id });
  terminal.stdout.write(`${isJson ? shown : printable(text)}\n`);
  return EXIT.ok;
}
