/*
 * A plugin is fetched, judged, and only then written: its file first, and the lock, which makes it count, last.
 * Whatever ends us in between leaves what was there, and at most a file that nothing names.
 */

import { systemErrorTextAt } from '../../base/system-error.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { SignedBytes, TrustPolicy } from '../trust/judge-signature.ts';
import type { PublicKey } from '../trust/public-key.ts';
import { digestOf } from '../trust/signed-file.ts';
import { fetchPlugin, type OnProgress } from './fetch-plugin.ts';
import { fetchRules } from './fetch-rules.ts';
import { isStored, type Kind, removeStored, storeFile } from './file-store.ts';
import { type InstallPlan, type InstallRequest, judgeInstall } from './judge-install.ts';
import { type Lock, type LockedPlugin, type LockedRules, writeLock } from './lock.ts';
import { parseReference } from './reference.ts';

/** Where something is installed, and whom one trusts there. */
export interface InstallPlace {
  /** Path of the lock. */
  readonly path: string;
  readonly lock: Lock;
  readonly policy: TrustPolicy | undefined;
}

export interface InstallWish {
  /** A file, a URL, or the name of an installed plugin. */
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

/** What somebody agreed to. */
export interface Agreed {
  readonly kind: Kind;
  readonly name: string;
  readonly read: SignedBytes;
  readonly locked: LockedPlugin | LockedRules;
}

/** All that it asks for was granted. */
export function agreedPlugin({ request, plan }: Proposal): Agreed {
  const { name } = plan.file.manifest;
  return { kind: 'plugins', name, read: request.read, locked: plan.locked };
}

/** Returns the path of its file, or the reason why there is none. */
export function commitInstall(
  { path, lock }: InstallPlace,
  { kind, name, read, locked }: Agreed,
): string | Diagnostic {
  try {
    const stored = storeFile(kind, read);
    writeLock(path, { ...lock, [kind]: { ...lock[kind], [name]: locked } });
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
  { lock }: InstallPlace,
  kind: Kind,
  onProgress: OnProgress,
): Promise<Restored> {
  const installed: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [name, locked] of Object.entries(lock[kind])) {
    if (isStored(kind, locked.digest)) continue;
    const wrong = await restore(kind, { name, locked }, onProgress);
    diagnostics.push(...wrong);
    if (wrong.length === 0) installed.push(name);
  }
  return { installed, diagnostics };
}

/** What has the digest of the lock is what was agreed to; whose keys count is found out whenever it is used. */
async function restore(
  kind: Kind,
  { name, locked }: { readonly name: string; readonly locked: LockedRules },
  onProgress: OnProgress,
): Promise<readonly Diagnostic[]> {
  const reference = parseReference(locked.from);
  if (typeof reference === 'string') {
    const message = `\`${name}\`: ${reference}`;
    return [createDiagnostic('INSTALL_REFERENCE', { message })];
  }
  const fetch = kind === 'plugins' ? fetchPlugin : fetchRules;
  const { value, diagnostics } = await fetch(reference, onProgress);
  if (value === undefined) return diagnostics;
  const digest = digestOf(value.read.bytes);
  if (digest !== locked.digest) {
    const message = `${locked.from} has SHA-256 ${digest}, the lock says ${locked.digest}`;
    return [createDiagnostic('LOCK_MISMATCH', { message })];
  }
  try {
    storeFile(kind, value.read);
    return [];
  } catch (error) {
    return [notWritten(name, error)];
  }
}

export interface Removal {
  readonly kind: Kind;
  readonly name: string;
  /** Its file goes as well, which other locks may name. */
  readonly isPurged: boolean;
}

/** Takes it out of the lock. */
export function removeInstalled(
  { path, lock }: InstallPlace,
  { kind, name, isPurged }: Removal,
): Diagnostic | undefined {
  const { [name]: removed, ...others } = lock[kind];
  if (removed === undefined) {
    const message = `no ${kind === 'plugins' ? 'plugin' : 'rules'} \`${name}\` in ${path}`;
    return createDiagnostic('INSTALL_UNKNOWN', { message });
  }
  try {
    writeLock(path, { ...lock, [kind]: others });
    if (isPurged) removeStored(kind, removed.digest);
    return undefined;
  } catch (error) {
    return notWritten(name, error);
  }
}

function notWritten(name: string, error: unknown): Diagnostic {
  const message = `\`${name}\`: ${systemErrorTextAt(error)}`;
  return createDiagnostic('INSTALL_NOT_WRITTEN', { message });
}
