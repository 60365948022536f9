/* A plugin's file, the signature beside it, and the reasons to refuse them. */

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { LIMITS } from '../../base/limits.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { readPluginBytes } from '../../plugin/gate/component-file.ts';
import { DETACHED_SIZE_MAX } from './detached-signature.ts';
import type { SignedBytes, TrustPolicy, Verdict } from './judge-signature.ts';

/** All of a plugin and what stands beside it, or why not. */
export function readSignedFile(path: string): SignedBytes | Diagnostic {
  const bytes = readPluginBytes(path);
  return bytes instanceof Uint8Array ? { bytes, detached: readDetachedFile(path) } : bytes;
}

/** The same of a rules file. */
export function readSignedRules(path: string): SignedBytes | Diagnostic {
  const { value: limit } = LIMITS.installedRulesSizeMax;
  try {
    const { size } = statSync(path);
    if (size > limit) throw new Error(`${size} bytes, the limit is ${limit}`);
    return { bytes: readFileSync(path), detached: readDetachedFile(path) };
  } catch (error) {
    const reason = systemErrorText(error);
    const message = `cannot read the rules file ${path}: ${reason}`;
    return createDiagnostic('RULE_FILE_UNREADABLE', { message });
  }
}

/** `undefined` if there is none. A file that is too large counts as malformed. */
export function readDetachedFile(path: string): string | undefined {
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
