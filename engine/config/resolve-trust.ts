/* `trusted_keys` and `revoked_keys`: texts and files → keys. */

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemErrorText } from '../base/system-error.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { TrustPolicy } from '../packages/trust/judge-signature.ts';
import { type PublicKey, parsePublicKey } from '../packages/trust/public-key.ts';
import type { ReadConfig } from './read-config.ts';

const KEY_FILE_SIZE_MAX = 16 << 10;

/** `undefined` without findings: no signer is trusted by configuration. */
export function resolveTrust({ raw, labelOf }: ReadConfig, base: string): Checked<TrustPolicy> {
  const { trusted_keys: trusted, revoked_keys: revoked } = raw;
  if (trusted === undefined) {
    if (revoked === undefined) return { value: undefined, diagnostics: [] };
    const message = '`revoked_keys` without `trusted_keys`: nothing that is not signed is refused';
    const primary = labelOf(['revoked_keys']);
    return {
      value: undefined,
      diagnostics: [createDiagnostic('CONFIG_TRUSTED_KEY', { message, primary })],
    };
  }
  const diagnostics: Diagnostic[] = [];
  const read = (key: 'trusted_keys' | 'revoked_keys', written: string, index: number) => {
    const found = readPublicKey(written, base);
    if (typeof found !== 'string') return [found];
    const primary = labelOf([key, index]);
    diagnostics.push(
      createDiagnostic('CONFIG_TRUSTED_KEY', { message: `\`${key}\`: ${found}`, primary }),
    );
    return [];
  };
  const keys = trusted.flatMap((written, index) => read('trusted_keys', written, index));
  const revokedIds = (revoked ?? []).flatMap((written, index) =>
    KEY_ID.test(written)
      ? [written.toUpperCase()]
      : read('revoked_keys', written, index).map(({ id }) => id),
  );
  return { value: { keys, revokedIds: new Set(revokedIds) }, diagnostics };
}

const KEY_ID = /^[0-9a-f]{16}$/i;

/** All keys, or what is wrong with some of them. */
export function readPublicKeys(
  written: readonly string[],
  base: string,
): Checked<readonly PublicKey[]> {
  const keys = written.map((one) => readPublicKey(one, base));
  const diagnostics = keys.flatMap((key) =>
    typeof key === 'string' ? [createDiagnostic('CONFIG_TRUSTED_KEY', { message: key })] : [],
  );
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  return { value: keys.flatMap((key) => (typeof key === 'string' ? [] : [key])), diagnostics: [] };
}

/** Reads a public key from its line or from a file at that path; returns a text with the reason if it cannot. */
function readPublicKey(written: string, base: string): PublicKey | string {
  const key = parsePublicKey(written);
  if (key !== undefined) return key;
  const path = resolve(base, written);
  try {
    const isSmall = statSync(path).size <= KEY_FILE_SIZE_MAX;
    const inFile = isSmall ? parsePublicKey(readFileSync(path, 'utf8')) : undefined;
    return inFile ?? `${path} is not a public key`;
  } catch (error) {
    return `\`${written}\` is not a public key, and not a file with one (${systemErrorText(error)})`;
  }
}
