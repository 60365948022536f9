/* `tiercel plugin verify`: whether a file would be let in, by the keys given or those of the configuration. */

import { printable } from '../../base/printable.ts';
import { loadConfig } from '../../config/load-config.ts';
import { readPublicKeys } from '../../config/resolve-trust.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { judgeSignature, type TrustPolicy } from '../../packages/trust/judge-signature.ts';
import { digestOf, readSignedFile, refusalOf } from '../../packages/trust/signed-file.ts';
import { EXIT } from '../console/exit-code.ts';
import { configFileOf } from '../console/load.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface VerifyArguments {
  readonly file: string;
  /** Keys, or files with them. */
  readonly keys: readonly string[];
  readonly config: string | undefined;
  readonly isJson: boolean;
}

export function verifyCommand(args: VerifyArguments, terminal: Terminal): number {
  const { file, isJson } = args;
  const { value: policy, diagnostics } = policyOf(args);
  if (policy === undefined) return refuse(diagnostics, args, terminal);
  const read = readSignedFile(file);
  if ('code' in read) return refuse([read], args, terminal);
  const verdict = judgeSignature(read, policy);
  if (verdict.kind === 'refused') return refuse([refusalOf(file, verdict, policy)], args, terminal);
  const { id, text: key } = verdict.key;
  const digest = digestOf(read.bytes);
  const text = `${file}: signed with the key ${id}, sha256 ${digest}`;
  terminal.stdout.write(
    `${isJson ? JSON.stringify({ path: file, key, id, digest }) : printable(text)}\n`,
  );
  return EXIT.ok;
}

/** The keys of the command line are all that count, where there are some. */
function policyOf({ keys: written, config }: VerifyArguments): Checked<TrustPolicy> {
  if (written.length > 0) {
    const { value: keys, diagnostics } = readPublicKeys(written, process.cwd());
    return { value: keys && { keys, revokedIds: new Set() }, diagnostics };
  }
  const configFile = configFileOf({ config });
  const { value, diagnostics } = loadConfig({
    configFile,
    rulesFiles: [],
    options: [],
    plugin: undefined,
    openParams: undefined,
  });
  const ofKeys = diagnostics.filter(
    ({ code, severity }) => severity === 'error' && code.startsWith('CONFIG_'),
  );
  if (value?.trust !== undefined && !ofKeys.some(({ code }) => code === 'CONFIG_TRUSTED_KEY'))
    return { value: value.trust, diagnostics: [] };
  if (ofKeys.length > 0) return { value: undefined, diagnostics: ofKeys };
  const where =
    configFile === undefined
      ? 'no configuration in this folder'
      : `${configFile} has no \`trusted_keys\``;
  const message = `no key to verify with: ${where}`;
  const hint = 'name the key of its author with -k';
  return {
    value: undefined,
    diagnostics: [createDiagnostic('CONFIG_TRUSTED_KEY', { message, hint })],
  };
}
