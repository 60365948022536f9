/* Whether a file is signed by a key that is trusted. Whatever else it is, it is refused: with the reason. */

import {
  ALGORITHM_HASHED,
  DETACHED_SIZE_MAX,
  isDetachedOf,
  readDetached,
  type Signature,
} from './detached-signature.ts';
import { hashOf, isSignedBy } from './ed25519.ts';
import { ALGORITHM, type PublicKey } from './public-key.ts';
import { readSigned, type SignedFile } from './signature-section.ts';

export interface TrustPolicy {
  readonly keys: readonly PublicKey[];
  /** Ids of revoked keys, whoever lists them. */
  readonly revokedIds: ReadonlySet<string>;
}

export type Refusal =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_MISPLACED'
  | 'SIGNATURE_MALFORMED'
  | 'SIGNATURE_WRONG'
  | 'SIGNATURE_REVOKED_KEY'
  | 'SIGNATURE_UNKNOWN_KEY';

export type Verdict =
  | { readonly kind: 'trusted'; readonly key: PublicKey }
  | {
      readonly kind: 'refused';
      readonly code: Refusal;
      /** What follows the name of the file. */
      readonly message: string;
    };

/** What a file and the `.minisig` beside it, if there is one, say. */
export interface SignedBytes {
  readonly bytes: Uint8Array;
  readonly detached: string | undefined;
}

/** A file of any kind; of one that is no component only what stands beside it counts. */
export function judgeSignature({ bytes, detached }: SignedBytes, policy: TrustPolicy): Verdict {
  const signed = readSigned(bytes) ?? { body: bytes, signatures: [] };
  if ('kind' in signed) {
    const code = signed.kind === 'misplaced' ? 'SIGNATURE_MISPLACED' : 'SIGNATURE_MALFORMED';
    return refused(code, signed.message);
  }
  const embedded = judgeEmbedded(signed, policy);
  if (detached === undefined || embedded.kind === 'trusted') return embedded;
  const isTampered = signed.signatures.length > 0 && embedded.code !== 'SIGNATURE_UNKNOWN_KEY';
  return isTampered ? embedded : judgeDetached(bytes, detached, policy);
}

/** Which verdict wins: a signature of a trusted key is either right or wrong; the other verdicts come after. */
const ORDER: readonly (Refusal | 'trusted')[] = [
  'SIGNATURE_MALFORMED',
  'SIGNATURE_WRONG',
  'trusted',
  'SIGNATURE_REVOKED_KEY',
  'SIGNATURE_UNKNOWN_KEY',
];

function judgeEmbedded({ body, signatures }: SignedFile, policy: TrustPolicy): Verdict {
  if (signatures.length === 0) return refused('SIGNATURE_MISSING', 'is not signed');
  if (new Set(signatures.map(({ keyId }) => keyId)).size < signatures.length)
    return refused('SIGNATURE_MALFORMED', 'has two signatures by the same key');
  const hash = hashOf(body);
  const verdicts = signatures.map((signature) =>
    judgeOne(signature, policy, [ALGORITHM_HASHED], (key) =>
      isSignedBy(key.bytes, hash, signature.bytes),
    ),
  );
  const rank = (verdict: Verdict): number =>
    ORDER.indexOf(verdict.kind === 'trusted' ? 'trusted' : verdict.code);
  return verdicts.reduce((first, next) => (rank(next) < rank(first) ? next : first));
}

function judgeDetached(bytes: Uint8Array, text: string, policy: TrustPolicy): Verdict {
  const signature = text.length > DETACHED_SIZE_MAX ? undefined : readDetached(text);
  if (signature === undefined)
    return refused('SIGNATURE_MALFORMED', 'has a .minisig beside it that is no signature');
  return judgeOne(signature, policy, [ALGORITHM_HASHED, ALGORITHM], (key) =>
    isDetachedOf(signature, key, bytes),
  );
}

function judgeOne(
  { algorithm, keyId }: Signature,
  { keys, revokedIds }: TrustPolicy,
  algorithms: readonly string[],
  isRight: (key: PublicKey) => boolean,
): Verdict {
  if (!algorithms.includes(algorithm)) {
    const shown = JSON.stringify(algorithm);
    return refused('SIGNATURE_MALFORMED', `is signed with the unknown algorithm ${shown}`);
  }
  if (revokedIds.has(keyId))
    return refused('SIGNATURE_REVOKED_KEY', `is signed with the key ${keyId}, which was revoked`);
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined)
    return refused(
      'SIGNATURE_UNKNOWN_KEY',
      `is signed with the key ${keyId}, which is not trusted`,
    );
  if (isRight(key)) return { kind: 'trusted', key };
  const message = `is not what the key ${keyId} signed: it was changed, or the signature is that of another file`;
  return refused('SIGNATURE_WRONG', message);
}

function refused(code: Refusal, message: string): Verdict {
  return { kind: 'refused', code, message };
}
