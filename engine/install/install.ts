/*
 * A plugin is fetched, judged, and only then written: its file first, and the lock, which makes it count, last.
 * Whatever ends us in between leaves what was there, and at most a file that nothing names.
 */

import { type Checked, createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { TrustPolicy } from '../trust/judge-signature.ts';
import type { PublicKey } from '../trust/public-key.ts';
import { fetchPlugin, type OnProgress } from './fetch-plugin.ts';
import { type InstallPlan, type InstallRequest, judgeInstall } from './judge-install.ts';
import { type Lock, type LockedPlugin, writeLock } from './lock.ts';
import { isStored, removeStored, storePlugin } from './plugin-store.ts';
import { parseReference } from './reference.ts';

/** Where something is installed, and whom one trusts there. */
export interface InstallPlace {
  /** Path of the lock. */
  readonly path: string;
  readonly lock: Lock;
  readonly policy: TrustPolicy | undefined;
}

export interface InstallWish {
  /** A file, a URL, or the name of what is installed. */
  readonly reference: string;
  readonly keys: readonly PublicKey[];
  readonly grants: readonly string[];
  readonly isForced: boolean;
}

export interface Proposal {
  readonly request: InstallRequest;
  readonly plan: InstallPlan;
}

/** Nothing is written. */
export async function proposeInstall(
  { lock, policy }: InstallPlace,
  { reference: written, ...wish }: InstallWish,
  onProgress: OnProgress,
): Promise<Checked<Proposal>> {
  const reference = parseReference(lock.plugins[written]?.from ?? written);
  if (typeof reference === 'string') {
    const wrong = createDiagnostic('INSTALL_REFERENCE', { message: reference });
    return { value: undefined, diagnostics: [wrong] };
  }
  const { value: fetched, diagnostics } = await fetchPlugin(reference, onProgress);
  if (fetched === undefined) return { value: undefined, diagnostics };
  return propose({ ...wish, ...fetched, lock, policy });
}

/** The same again, with more grants. */
export function proposeWith({ request }: Proposal, grants: readonly string[]): Checked<Proposal> {
  return propose({ ...request, grants: [...request.grants, ...grants] });
}

function propose(request: InstallRequest): Checked<Proposal> {
  const { value: plan, diagnostics } = judgeInstall(request);
  return { value: plan && { request, plan }, diagnostics };
}

/** Answers the path of its file, or why there is none. All that it asks for was granted. */
export function commitInstall(
  { path, lock }: InstallPlace,
  { request, plan }: Proposal,
): string | Diagnostic {
  const { name } = plan.file.manifest;
  try {
    const stored = storePlugin(request.read);
    writeLock(path, { ...lock, plugins: { ...lock.plugins, [name]: plan.locked } });
    return stored;
  } catch (error) {
    return notWritten(name, error);
  }
}

export interface Restored {
  /** Names of those that were fetched. */
  readonly installed: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What the lock names and is not here, exactly as it was; one that cannot be had does not keep the others away. */
export async function restoreMissing(
  place: InstallPlace,
  onProgress: OnProgress,
): Promise<Restored> {
  const installed: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [name, locked] of Object.entries(place.lock.plugins)) {
    if (isStored(locked.digest)) continue;
    const wrong = await restore(place, { name, locked }, onProgress);
    diagnostics.push(...wrong);
    if (wrong.length === 0) installed.push(name);
  }
  return { installed, diagnostics };
}

async function restore(
  place: InstallPlace,
  { name, locked }: { readonly name: string; readonly locked: LockedPlugin },
  onProgress: OnProgress,
): Promise<readonly Diagnostic[]> {
  const wish = { reference: name, keys: [], grants: [], isForced: true };
  const { value, diagnostics } = await proposeInstall(place, wish, onProgress);
  if (value === undefined) return diagnostics;
  const { digest, manifest } = value.plan.file;
  if (digest !== locked.digest || manifest.name !== name) {
    const found = `\`${manifest.name}\` ${manifest.version} with SHA-256 ${digest}`;
    const said = `\`${name}\` ${locked.version} with SHA-256 ${locked.digest}`;
    const message = `${locked.from} is ${found}, the lock says ${said}`;
    return [createDiagnostic('LOCK_MISMATCH', { message })];
  }
  try {
    storePlugin(value.request.read);
    return [];
  } catch (error) {
    return [notWritten(name, error)];
  }
}

/** Takes it out of the lock. `isPurged`: its file goes as well, which other locks may name. */
export function removePlugin(
  { path, lock }: InstallPlace,
  { name, isPurged }: { readonly name: string; readonly isPurged: boolean },
): Diagnostic | undefined {
  const { [name]: removed, ...plugins } = lock.plugins;
  if (removed === undefined) {
    const message = `plugin \`${name}\` is not in ${path}`;
    return createDiagnostic('INSTALL_UNKNOWN', { message });
  }
  try {
    writeLock(path, { ...lock, plugins });
    if (isPurged) removeStored(removed.digest);
    return undefined;
  } catch (error) {
    return notWritten(name, error);
  }
}

function notWritten(name: string, error: unknown): Diagnostic {
  const message = `plugin \`${name}\`: ${error instanceof Error ? error.message : String(error)}`;
  return createDiagnostic('INSTALL_NOT_WRITTEN', { message });
}
