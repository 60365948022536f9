/* Whether a plugin may take its place in a lock: who signed it, what was there before, and what it asks for. */

import { resolve } from 'node:path';
import { type Checked, createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { type ComponentFile, judgeComponent } from '../plugin/component-file.ts';
import { isComponent } from '../plugin/wasm-binary.ts';
import { judgeSignature, type SignedBytes, type TrustPolicy } from '../trust/judge-signature.ts';
import { type PublicKey, parsePublicKey } from '../trust/public-key.ts';
import { refusalOf } from '../trust/signed-file.ts';
import { capabilityOf, missingCapabilities } from './capabilities.ts';
import type { Lock, LockedPlugin } from './lock.ts';

export interface InstallRequest {
  readonly read: SignedBytes;
  /** What is said of the file, and goes into the lock. */
  readonly from: string;
  readonly lock: Lock;
  /** Keys of the configuration; `undefined`: whoever signed it, or nobody. */
  readonly policy: TrustPolicy | undefined;
  /** Keys that were named for this one. */
  readonly keys: readonly PublicKey[];
  readonly grants: readonly string[];
  /** An older version, or another file of the same one, is what is wanted. */
  readonly isForced: boolean;
}

export interface InstallPlan {
  readonly file: ComponentFile;
  readonly locked: LockedPlugin;
  /** What the lock has of this name. */
  readonly before: LockedPlugin | undefined;
  /** What it asks for and was not granted: with any of these it is not installed. */
  readonly missing: readonly string[];
}

export function judgeInstall(request: InstallRequest): Checked<InstallPlan> {
  const { read, from, lock } = request;
  if (!isComponent(read.bytes))
    return { value: undefined, ...withoutValue(judgeComponent(from, read.bytes)) };
  const signer = findSigner(request);
  if (signer !== undefined && 'code' in signer) return { value: undefined, diagnostics: [signer] };
  const { value: file, diagnostics } = judgeComponent(from, read.bytes);
  if (file === undefined) return { value: undefined, diagnostics };
  const { name, version } = file.manifest;
  const before = lock.plugins[name];
  const refusal = before && findStepBack(request, file, before, signer);
  if (refusal !== undefined) return { value: undefined, diagnostics: [...diagnostics, refusal] };
  const { granted, unasked } = joinGrants(request.grants, before, file);
  const wrong = unasked.map((grant) => {
    const message = `plugin \`${name}\` ${version} does not ask for \`${capabilityOf(grant)}\``;
    return createDiagnostic('INSTALL_GRANT_UNUSED', { message });
  });
  if (wrong.length > 0) return { value: undefined, diagnostics: [...diagnostics, ...wrong] };
  const locked = { version, digest: file.digest, key: signer?.text, from, granted };
  const missing = missingCapabilities(file.manifest, granted);
  return { value: { file, locked, before, missing }, diagnostics };
}

function withoutValue({ diagnostics }: Checked<unknown>): { diagnostics: readonly Diagnostic[] } {
  return { diagnostics };
}

/** The key that is right, of those that count; `undefined`: nobody has to have signed it. */
function findSigner(request: InstallRequest): PublicKey | Diagnostic | undefined {
  const { read, from, policy, keys } = request;
  const known = [...(policy?.keys ?? []), ...keys, ...keysOf(request.lock)];
  const isAsked = policy !== undefined || keys.length > 0;
  const trusted = isAsked ? [...(policy?.keys ?? []), ...keys] : known;
  const used = { keys: trusted, revokedIds: policy?.revokedIds ?? new Set<string>() };
  const verdict = judgeSignature(read, used);
  if (verdict.kind === 'trusted') return verdict.key;
  // Nobody was named: no signature, and one by somebody unknown, are as good as each other. One that is wrong is not.
  const isHarmless =
    verdict.code === 'SIGNATURE_MISSING' || verdict.code === 'SIGNATURE_UNKNOWN_KEY';
  return !isAsked && isHarmless ? undefined : refusalOf(from, verdict, used);
}

/** Keys that were verified for other plugins before. */
function keysOf({ plugins }: Lock): PublicKey[] {
  const texts = new Set(Object.values(plugins).flatMap(({ key }) => key ?? []));
  return [...texts].flatMap((text) => parsePublicKey(text) ?? []);
}

/** What makes it less than what was there before. */
function findStepBack(
  { isForced, policy, keys }: InstallRequest,
  { manifest, digest }: ComponentFile,
  before: LockedPlugin,
  signer: PublicKey | undefined,
): Diagnostic | undefined {
  const { name, version } = manifest;
  const isAgreed = policy !== undefined || keys.length > 0;
  if (before.key !== undefined && signer?.text !== before.key && !isAgreed) {
    const id = parsePublicKey(before.key)?.id ?? before.key;
    const by = signer === undefined ? 'not by it' : `by ${signer.id}`;
    const message = `plugin \`${name}\` ${before.version} was signed with the key ${id}, ${version} is ${by}`;
    return createDiagnostic('INSTALL_KEY_CHANGED', { message });
  }
  if (isForced) return undefined;
  const order = compareVersions(version, before.version);
  if (order < 0) {
    const message = `plugin \`${name}\` ${version} is older than ${before.version}, which is installed`;
    return createDiagnostic('INSTALL_OLDER', { message });
  }
  if (order > 0 || digest === before.digest) return undefined;
  const message = `plugin \`${name}\` ${version} is installed with SHA-256 ${before.digest}, this one has ${digest}`;
  return createDiagnostic('INSTALL_CHANGED', { message });
}

/** Negative: the first one is older. Of `major.minor.patch`. */
export function compareVersions(one: string, other: string): number {
  const [ours, theirs] = [one, other].map((version) => version.split('.').map(Number));
  const differences = [0, 1, 2].map((at) => (ours?.[at] ?? 0) - (theirs?.[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** What was granted before stays, where it is still asked for. */
function joinGrants(
  given: readonly string[],
  before: LockedPlugin | undefined,
  { manifest }: ComponentFile,
): { granted: readonly string[]; unasked: readonly string[] } {
  const { clock, store, queue } = manifest.capabilities;
  const asked = new Set([
    ...(clock === false ? [] : ['clock']),
    ...store.map((root) => `store:${root}`),
    ...queue.map((root) => `queue:${root}`),
  ]);
  const all = [...(before?.granted ?? []), ...given.map(withAbsolutePath)];
  const byCapability = new Map(all.map((grant) => [capabilityOf(grant), grant]));
  const granted = [...byCapability].flatMap(([capability, grant]) =>
    asked.has(capability) ? [grant] : [],
  );
  return {
    granted: granted.sort(),
    unasked: given.filter((grant) => !asked.has(capabilityOf(grant))),
  };
}

function withAbsolutePath(grant: string): string {
  const [, kind, location = ''] = /^((?:store|queue):[^=]+=)(.+)$/.exec(grant) ?? [];
  if (kind === undefined || /^[a-z][a-z0-9+.-]*:/.test(location)) return grant;
  return `${kind}${resolve(location)}`;
}
