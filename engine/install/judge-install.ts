/* Whether a plugin may take its place in a lock: who signed it, what was there before, and what it asks for. */

import { resolve } from 'node:path';
import { type Checked, createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { type ComponentFile, judgeComponent } from '../plugin/component-file.ts';
import { isComponent } from '../plugin/wasm-binary.ts';
import { capabilityOf, missingCapabilities } from './capabilities.ts';
import { findSigner, findStepBack, type SignerRequest } from './judge-signer.ts';
import type { LockedPlugin } from './lock.ts';

export interface InstallRequest extends SignerRequest {
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
  const { digest } = file;
  const successor = { what: `plugin \`${name}\``, version, digest, signer };
  const refusal = before && findStepBack(successor, before, request);
  if (refusal !== undefined) return { value: undefined, diagnostics: [...diagnostics, refusal] };
  const { granted, unasked } = joinGrants(request.grants, before, file);
  const wrong = unasked.map((grant) => {
    const message = `plugin \`${name}\` ${version} does not ask for \`${capabilityOf(grant)}\``;
    return createDiagnostic('INSTALL_GRANT_UNUSED', { message });
  });
  if (wrong.length > 0) return { value: undefined, diagnostics: [...diagnostics, ...wrong] };
  const locked = { version, digest, key: signer?.text, from, granted };
  const missing = missingCapabilities(file.manifest, granted);
  return { value: { file, locked, before, missing }, diagnostics };
}

function withoutValue({ diagnostics }: Checked<unknown>): { diagnostics: readonly Diagnostic[] } {
  return { diagnostics };
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
