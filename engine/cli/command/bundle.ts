/* `tiercel bundle create` and `install`. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from '../../base/limits.ts';
import { printable } from '../../base/printable.ts';
import { countOf, formatBytes } from '../../base/quantity.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { readPublicKeys } from '../../config/resolve-trust.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { judgeSignature } from '../../packages/trust/judge-signature.ts';
import { digestOf, readDetachedFile, refusalOf } from '../../packages/trust/signed-file.ts';
import { loadAll } from '../../run/load/load-all.ts';
import { CONFIG_NAME, packBundle, unpackBundle } from '../../tools/bundle/bundle-format.ts';
import { installBundle } from '../../tools/bundle/install-bundle.ts';
import { makeBundle } from '../../tools/bundle/make-bundle.ts';
import { EXIT } from '../console/exit-code.ts';
import { configFileOf, loadConfigFor } from '../console/load.ts';
import { say, type Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface CreateBundleArguments {
  readonly config: string | undefined;
  readonly output: string;
  readonly isJson: boolean;
}

/** Only of a configuration that loads. */
export async function createBundleCommand(
  args: CreateBundleArguments,
  terminal: Terminal,
): Promise<number> {
  const config = configFileOf(args);
  if (config === undefined) {
    const message = 'no configuration in this folder';
    const hint = 'name one with -c';
    return refuse([createDiagnostic('BUNDLE_UNUSABLE', { message, hint })], args, terminal);
  }
  const found = await findErrors(config);
  if (found.length > 0) return refuse(found, args, terminal);
  const { value: made, diagnostics } = makeBundle(config);
  if (made === undefined) return refuse(diagnostics, args, terminal);
  const archive = packBundle(made.files);
  const { output } = args;
  try {
    writeWhole(output, archive);
  } catch (error) {
    const message = `cannot write ${output}: ${systemErrorText(error)}`;
    return refuse([createDiagnostic('INSTALL_NOT_WRITTEN', { message })], args, terminal);
  }
  const [digest, files] = [digestOf(archive), [...made.files.keys()].sort()];
  if (args.isJson) {
    const shown = { path: output, digest, sizeBytes: archive.length, files, leftOut: made.leftOut };
    terminal.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return EXIT.ok;
  }
  for (const one of made.leftOut)
    say(terminal, printable(`left out, it is this machine’s: ${one}`));
  const size = `${countOf(files.length, 'file')}, ${formatBytes(archive.length)}`;
  terminal.stdout.write(`${printable(`${config} → ${output}: ${size}, sha256 ${digest}`)}\n`);
  return EXIT.ok;
}

async function findErrors(config: string): Promise<readonly Diagnostic[]> {
  const args = { config, rules: [], options: [], isStrict: false };
  const { value, diagnostics } = loadConfigFor(args);
  const loaded = value === undefined ? [] : (await loadAll(value)).diagnostics;
  return [...diagnostics, ...loaded].filter(({ severity }) => severity === 'error');
}

export interface InstallBundleArguments {
  readonly archive: string;
  readonly folder: string;
  /** Keys, or files with them. */
  readonly keys: readonly string[];
  readonly isForced: boolean;
  readonly isJson: boolean;
}

export async function installBundleCommand(
  args: InstallBundleArguments,
  terminal: Terminal,
): Promise<number> {
  const { archive: path, folder, isJson } = args;
  const bytes = readArchive(path);
  if (!(bytes instanceof Uint8Array)) return refuse([bytes], args, terminal);
  const distrust = findDistrust(args, bytes);
  if (distrust.length > 0) return refuse(distrust, args, terminal);
  const files = unpackBundle(bytes);
  if (typeof files === 'string') return refuse([unusable(`${path} ${files}`)], args, terminal);
  const wrong = installBundle(files, args);
  if (wrong !== undefined) return refuse([wrong], args, terminal);
  const config = join(folder, CONFIG_NAME);
  const found = await findErrors(config);
  const digest = digestOf(bytes);
  const shown = { config, digest, files: files.size, diagnostics: toJson(found) };
  const text = printable(`${path} → ${config}: ${countOf(files.size, 'file')}, sha256 ${digest}`);
  if (!isJson && found.length > 0) say(terminal, renderText(found, terminal));
  terminal.stdout.write(`${isJson ? JSON.stringify(shown) : text}\n`);
  return hasErrors(found) ? EXIT.invalid : EXIT.ok;
}

function readArchive(path: string): Uint8Array | Diagnostic {
  const { value: limit } = LIMITS.bundleSizeMax;
  try {
    const { size } = statSync(path);
    return size > limit
      ? unusable(`${path} has ${size} bytes, the limit is ${limit}`)
      : readFileSync(path);
  } catch (error) {
    return unusable(`cannot read ${path}: ${systemErrorText(error)}`);
  }
}

/** No signature is required unless the user names a signer. */
function findDistrust(
  { archive: path, keys: written }: InstallBundleArguments,
  bytes: Uint8Array,
): readonly Diagnostic[] {
  if (written.length === 0) return [];
  const { value: keys, diagnostics } = readPublicKeys(written, process.cwd());
  if (keys === undefined) return diagnostics;
  const policy = { keys, revokedIds: new Set<string>() };
  const verdict = judgeSignature({ bytes, detached: readDetachedFile(path) }, policy);
  return verdict.kind === 'trusted' ? [] : [refusalOf(path, verdict, policy)];
}

function unusable(message: string): Diagnostic {
  return createDiagnostic('BUNDLE_UNUSABLE', { message });
}
