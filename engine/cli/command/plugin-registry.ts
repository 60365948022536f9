/* `tiercel plugin push` and `pull`. */

import { printable } from '../../base/printable.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { fetchFile } from '../../packages/install/fetch-plugin.ts';
import { parseRegistryReference } from '../../packages/install/reference.ts';
import { toArtifact } from '../../packages/install/registry/artifact.ts';
import { publishArtifact } from '../../packages/install/registry/registry.ts';
import { readComponentFile } from '../../plugin/gate/component-file.ts';
import { EXIT } from '../console/exit-code.ts';
import { ProgressBar } from '../console/progress-bar.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface PushArguments {
  readonly file: string;
  readonly reference: string;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

export async function pushCommand(args: PushArguments, terminal: Terminal): Promise<number> {
  const { value: file, diagnostics } = readComponentFile(args.file);
  if (file === undefined) return refuse(diagnostics, args, terminal);
  const wanted = parseRegistryReference(args.reference);
  if (typeof wanted === 'string' || wanted.digest !== undefined) {
    const message = typeof wanted === 'string' ? wanted : 'the digest is found out, not chosen';
    const hint = 'for example oci://ghcr.io/me/nginx:0.1.0';
    return refuse([createDiagnostic('INSTALL_REFERENCE', { message, hint })], args, terminal);
  }
  const { name, version } = file.manifest;
  const tag = wanted.tag ?? version;
  const text = wanted.tag === undefined ? `${wanted.text}:${tag}` : wanted.text;
  const published = await publishArtifact({ ...wanted, tag, text }, toArtifact(file), args);
  if (typeof published === 'string') return refuse([unreachable(published)], args, terminal);
  const reference = published.text;
  const said = `${name} ${version} → ${reference}`;
  const shown = JSON.stringify({ name, version, reference, digest: file.digest });
  terminal.stdout.write(`${args.isJson ? shown : printable(said)}\n`);
  return EXIT.ok;
}

export interface PullArguments {
  readonly reference: string;
  readonly output: string | undefined;
  readonly isJson: boolean;
}

export async function pullCommand(args: PullArguments, terminal: Terminal): Promise<number> {
  const bar = new ProgressBar(terminal);
  const { value, diagnostics } = await fetchFile(args.reference, (...sizes) =>
    bar.showBytes(...sizes),
  );
  bar.clear();
  if (value === undefined) return refuse(diagnostics, args, terminal);
  const { file, read, from } = value;
  const { name, version } = file.manifest;
  const path = args.output ?? `${name}.wasm`;
  try {
    if (read.detached !== undefined) writeWhole(`${path}.minisig`, read.detached);
    writeWhole(path, read.bytes);
  } catch (error) {
    const message = `cannot write ${path}: ${systemErrorText(error)}`;
    return refuse([createDiagnostic('INSTALL_NOT_WRITTEN', { message })], args, terminal);
  }
  const { digest, sizeBytes } = file;
  const said = `${name} ${version} → ${path}: ${sizeBytes} bytes, sha256 ${digest}`;
  const shown = JSON.stringify({ name, version, path, from, digest });
  terminal.stdout.write(`${args.isJson ? shown : printable(said)}\n`);
  return EXIT.ok;
}

function unreachable(message: string): Diagnostic {
  return createDiagnostic('INSTALL_UNREACHABLE', { message });
}
