/* Whether a plugin may take its place in a lock: who signed it, what was there before, and what it asks for. */

import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { isComponent } from '../../plugin/file/wasm-binary.ts';
import { type ComponentFile, judgeComponent } from '../../plugin/gate/component-file.ts';
import {
  askedCapabilities,
  exampleGrant,
  type Grant,
  missingCapabilities,
  parseGrant,
  toGrants,
  writeGrant,
} from '../../plugin/gate/grants.ts';
import { findSigner, findStepBack, type SignerRequest } from './judge-signer.ts';
import type { LockedPlugin } from './lock.ts';

export interface InstallRequest extends SignerRequest {
  readonly grants: readonly string[];
  /** The user wants an older version, or another file of the same version. */
  readonly isForced: boolean;
}

export interface NeededGrant {
  /** As `store:lookup`. */
  readonly capability: string;
  /** What to type for it, as `store:lookup=PATH`. */
  readonly example: string;
}

export interface InstallPlan {
  readonly file: ComponentFile;
  readonly locked: LockedPlugin;
  /** What the lock has of this name. */
  readonly before: LockedPlugin | undefined;
  /** What it asks for and was not granted: with any of these it is not installed. */
  readonly missing: readonly NeededGrant[];
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
  const { granted, wrong } = joinGrants(request.grants, before, file);
  if (wrong.length > 0) return { value: undefined, diagnostics: [...diagnostics, ...wrong] };
  const locked = { version, digest, key: signer?.text, from, granted: granted.map(writeGrant) };
  const missing = missingCapabilities(file.manifest, toGrants(granted)).map((capability) => ({
    capability,
    example: exampleGrant(capability),
  }));
  return { value: { file, locked, before, missing }, diagnostics };
}

function withoutValue({ diagnostics }: Checked<unknown>): { diagnostics: readonly Diagnostic[] } {
  return { diagnostics };
}

interface JoinedGrants {
  /** In the order of their capabilities. */
  readonly granted: readonly Grant[];
  /** Why some of those that are given now cannot be granted. */
  readonly wrong: readonly Diagnostic[];
}

/** What was granted before stays, where it is still asked for. */
function joinGrants(
  given: readonly string[],
  before: LockedPlugin | undefined,
  { manifest }: ComponentFile,
): JoinedGrants {
  const { name, version } = manifest;
  const asked = new Set(askedCapabilities(manifest));
  const parse = (text: string): Grant | undefined => parseGrant(text, process.cwd());
  const wrong = given.flatMap((text) => {
    const grant = parse(text);
    const capability = grant?.capability ?? text;
    if (!asked.has(capability)) {
      const message = `plugin \`${name}\` ${version} does not ask for \`${capability}\``;
      return [createDiagnostic('INSTALL_GRANT_UNUSED', { message })];
    }
    if (grant === undefined || grant.kind === 'clock' || grant.location.kind !== 'invalid')
      return [];
    const { what, hint } = grant.location;
    const message = `cannot open \`${text}\` of \`${name}\`: ${what}`;
    return [createDiagnostic('SOURCE_UNREADABLE', { message, hint })];
  });
  const all = [...(before?.granted ?? []), ...given].flatMap((text) => parse(text) ?? []);
  const byCapability = new Map(all.map((grant) => [grant.capability, grant]));
  const granted = [...byCapability.values()].filter(({ capability }) => asked.has(capability));
  return { granted: granted.sort((a, b) => (a.capability < b.capability ? -1 : 1)), wrong };
}
