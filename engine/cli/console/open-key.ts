/* A secret key from its file, with its password where it has one. */

import { readFileSync } from 'node:fs';
import { systemErrorText } from '../../base/system-error.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { needsPassword, readSecretKey, type SecretKey } from '../../packages/trust/secret-key.ts';
import { askPassword } from './ask-password.ts';
import type { Terminal } from './terminal.ts';

export async function openKey(path: string, terminal: Terminal): Promise<Checked<SecretKey>> {
  const fail = (message: string, hint?: string): Checked<SecretKey> => ({
    value: undefined,
    diagnostics: [createDiagnostic('KEY_UNUSABLE', { message, hint })],
  });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const hint = 'name it with -k, or make one: `tiercel plugin keygen`';
    return fail(`cannot read the secret key ${path}: ${systemErrorText(error)}`, hint);
  }
  const { value: password, diagnostics } = needsPassword(text)
    ? await askPassword({ of: path, isNew: false }, terminal)
    : { value: '', diagnostics: [] };
  if (password === undefined) return { value: undefined, diagnostics };
  const key = readSecretKey(text, password);
  if (key === undefined) return fail(`the password is not that of ${path}`);
  return typeof key === 'string' ? fail(`${path} ${key}`) : { value: key, diagnostics: [] };
}
