/* `tiercel plugin keygen`: a pair of keys, in two files that nothing is written over. */

import { existsSync, writeFileSync } from 'node:fs';
import { printable } from '../../base/printable.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { publicKeyFile } from '../../packages/trust/public-key.ts';
import { generateKey, secretKeyFile } from '../../packages/trust/secret-key.ts';
import { askPassword } from '../console/ask-password.ts';
import { EXIT } from '../console/exit-code.ts';
import type { Terminal } from '../console/terminal.ts';
import { refuse } from './refuse.ts';

export interface KeygenArguments {
  /** Path of the two files, without `.key` and `.pub`. */
  readonly output: string;
  readonly hasPassword: boolean;
  readonly isJson: boolean;
}

const ONLY_FOR_ME = 0o600;

export async function keygenCommand(args: KeygenArguments, terminal: Terminal): Promise<number> {
  const { output, hasPassword } = args;
  const [secretPath, publicPath] = [`${output}.key`, `${output}.pub`];
  const fail = (message: string, hint: string): number =>
    refuse([createDiagnostic('KEY_UNUSABLE', { message, hint })], args, terminal);
  const there = [secretPath, publicPath].find((path) => existsSync(path));
  if (there !== undefined) return fail(`${there} exists already`, 'choose another name with -o');
  const { value: password, diagnostics } = hasPassword
    ? await askPassword({ of: secretPath, isNew: true }, terminal)
    : { value: '', diagnostics: [] };
  if (password === undefined) return refuse(diagnostics, args, terminal);
  const key = generateKey();
  try {
    const options = { mode: ONLY_FOR_ME, flag: 'wx' };
    writeFileSync(secretPath, secretKeyFile(key, password), options);
    writeFileSync(publicPath, publicKeyFile(key.publicKey), { flag: 'wx' });
  } catch (error) {
    return fail(
      `cannot write ${output}.key and .pub: ${systemErrorText(error)}`,
      'give another place with -o',
    );
  }
  const { id, text } = key.publicKey;
  const shown = { secretKey: secretPath, publicKey: publicPath, id, key: text };
  const lines = [
    `secret key  ${printable(secretPath)} (everybody who has it and its password can sign as you)`,
    `public key  ${printable(publicPath)}`,
    `key         ${text}`,
    `id          ${id}`,
    'Whoever is to trust it writes into tiercel.yaml:',
    `trusted_keys: [${text}]`,
  ];
  terminal.stdout.write(`${args.isJson ? JSON.stringify(shown) : lines.join('\n')}\n`);
  return EXIT.ok;
}
