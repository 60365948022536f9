/* Who signed a file to be installed, and whether it may replace the previous one. */

import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { judgeSignature, type SignedBytes, type TrustPolicy } from '../trust/judge-signature.ts';
import { type PublicKey, parsePublicKey } from '../trust/public-key.ts';
import { refusalOf } from '../trust/signed-file.ts';
import type { Lock } from './lock.ts';

export interface SignerRequest {
  readonly read: SignedBytes;
  /** The verdict on the file. */
  readonly from: string;
  readonly lock: Lock;
  /** Keys of the configuration; `undefined`: any signer, or none. */
  readonly policy: TrustPolicy | undefined;
  /** Keys that were named for this one. */
  readonly keys: readonly PublicKey[];
}

/** The valid key among those that count; `undefined`: no signature is required. */
export function findSigner(request: SignerRequest): PublicKey | Diagnostic | undefined {
  const { read, from, policy, keys, lock } = request;
  const named = [...(policy?.keys ?? []), ...keys];
  const used = {
    keys: isSignerAsked(request) ? named : [...named, ...keysOf(lock)],
    revokedIds: policy?.revokedIds ?? new Set<string>(),
  };
  const verdict = judgeSignature(read, used);
  if (verdict.kind === 'trusted') return verdict.key;
  // No signer was named: no signature and one of an unknown key are the same. A wrong one is refused.
  const isHarmless = ['SIGNATURE_MISSING', 'SIGNATURE_UNKNOWN_KEY'].includes(verdict.code);
  return !isSignerAsked(request) && isHarmless ? undefined : refusalOf(from, verdict, used);
}

/** Somebody said who has to have signed it. */
function isSignerAsked({ policy, keys }: SignerRequest): boolean {
  return policy !== undefined || keys.length > 0;
}

/** Keys that were verified for others before. */
function keysOf({ plugins, rules }: Lock): PublicKey[] {
  const all = [...Object.values(plugins), ...Object.values(rules)];
  const texts = new Set(all.flatMap(({ key }) => key ?? []));
  return [...texts].flatMap((text) => parsePublicKey(text) ?? []);
}

export interface Successor {
  /** Plugin, or rules, with its name. */
  readonly what: string;
  readonly version: string;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  readonly signer: PublicKey | undefined;
}

export interface Predecessor {
  readonly version: string;
  readonly digest: string;
  readonly key: string | undefined;
}

/** Why it is less trustworthy than the previous one. `isForced`: the user wants an older or another file. */
export function findStepBack(
  { what, version, digest, signer }: Successor,
  before: Predecessor,
  request: SignerRequest & { readonly isForced: boolean },
): Diagnostic | undefined {
  if (before.key !== undefined && signer?.text !== before.key && !isSignerAsked(request)) {
    const id = parsePublicKey(before.key)?.id ?? before.key;
    const by = signer === undefined ? 'not by it' : `by ${signer.id}`;
    const message = `${what} ${before.version} was signed with the key ${id}, ${version} is ${by}`;
    return createDiagnostic('INSTALL_KEY_CHANGED', { message });
  }
  if (request.isForced) return undefined;
  const order = compareVersions(version, before.version);
  if (order < 0) {
    const message = `${what} ${version} is older than ${before.version}, which is installed`;
    return createDiagnostic('INSTALL_OLDER', { message });
  }
  if (order > 0 || digest === before.digest || version === UNKNOWN_VERSION) return undefined;
  const was = `is installed with SHA-256 ${before.digest}`;
  const message = `${what} ${version} ${was}, this one has ${digest}`;
  return createDiagnostic('INSTALL_CHANGED', { message });
}

/** Version of a file that does not state one: its contents may change at any time. */
export const UNKNOWN_VERSION = '0.0.0';

/** Negative: the first one is older. Of `major.minor.patch`; what follows it is not looked at. */
export function compareVersions(one: string, other: string): number {
  const [ours, theirs] = [one, other].map((version) =>
    (/^\d+\.\d+\.\d+/.exec(version)?.[0] ?? UNKNOWN_VERSION).split('.').map(Number),
  );
  const differences = [0, 1, 2].map((at) => (ours?.[at] ?? 0) - (theirs?.[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
