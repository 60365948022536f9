/* A plugin's file and the signature beside it, and what is said when they are refused. */

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { readPluginBytes } from '../plugin/component-file.ts';
import { DETACHED_SIZE_MAX } from './detached-signature.ts';
import type { SignedBytes, TrustPolicy, Verdict } from './judge-signature.ts';

/** All of both, or why not. */
export function readSignedFile(path: string): SignedBytes | Diagnostic {
  const bytes = readPluginBytes(path);
  return bytes instanceof Uint8Array ? { bytes, detached: readDetachedFile(path) } : bytes;
}

/** `undefined`: there is none. One that is too large is as good as none of its form. */
function readDetachedFile(path: string): string | undefined {
  try {
    const beside = `${path}.minisig`;
    return statSync(beside).size > DETACHED_SIZE_MAX ? '' : readFileSync(beside, 'utf8');
  } catch {
    return undefined;
  }
}

export function refusalOf(
  path: string,
  { code, message }: Verdict & { kind: 'refused' },
  { keys }: TrustPolicy,
): Diagnostic {
  const count = keys.length === 1 ? '1 key is' : `${keys.length} keys are`;
  return createDiagnostic(code, { message: `${path} ${message} (${count} trusted)` });
}

/** SHA-256, hexadecimal. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
