/* A plugin's file → a judged component, if it is one that was agreed to: digest and signature come before all else. */

import type { PluginConfig } from '../../config/config.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { compareVersions } from '../../packages/install/judge-signer.ts';
import type { LockedPlugin } from '../../packages/install/lock.ts';
import {
  judgeSignature,
  type SignedBytes,
  type TrustPolicy,
} from '../../packages/trust/judge-signature.ts';
import { parsePublicKey } from '../../packages/trust/public-key.ts';
import { digestOf, readSignedFile, refusalOf } from '../../packages/trust/signed-file.ts';
import { isComponent } from '../../plugin/file/wasm-binary.ts';
import { type ComponentFile, judgeComponent } from '../../plugin/gate/component-file.ts';

export function admitPlugin(
  plugin: PluginConfig,
  policy: TrustPolicy | undefined,
): Checked<ComponentFile> {
  const { libraryPath: path } = plugin;
  const read = readSignedFile(path);
  if ('code' in read) return { value: undefined, diagnostics: [read] };
  const wrong = findDistrust(plugin, read, policy);
  if (wrong === undefined) {
    const judged = judgeComponent(path, read.bytes);
    const other = judged.value && findMismatch(plugin, judged.value);
    return other === undefined ? judged : { value: undefined, diagnostics: [other] };
  }
  // A file that is not a plugin gets that error, not the one about a missing signature.
  const said = isComponent(read.bytes) ? [wrong] : judgeComponent(path, read.bytes).diagnostics;
  return { value: undefined, diagnostics: said };
}

function findDistrust(
  { libraryPath: path, isBundled, digest, isThreadAsked, locked }: PluginConfig,
  read: SignedBytes,
  policy: TrustPolicy | undefined,
): Diagnostic | undefined {
  const found = digestOf(read.bytes);
  if (digest !== undefined && digest !== found) {
    const message = `${path} has SHA-256 ${found}, expected ${digest}`;
    return createDiagnostic('PLUGIN_DIGEST_MISMATCH', { message });
  }
  const ofLock = locked && findOtherFile(path, read, locked, policy);
  if (ofLock !== undefined) return ofLock;
  // What ships with the product is trusted as the product is.
  if (isBundled) return undefined;
  const verdict = policy && judgeSignature(read, policy);
  if (verdict?.kind === 'refused') return refusalOf(path, verdict, policy as TrustPolicy);
  if (!isThreadAsked || verdict !== undefined) return undefined;
  const message = `${path}: \`isolation: thread\`, and no trusted key has signed it`;
  return createDiagnostic('PLUGIN_ISOLATION_UNTRUSTED', { message });
}

/** What was installed is still that file, and still signed by whom it was. */
function findOtherFile(
  path: string,
  read: SignedBytes,
  { digest, key: text }: LockedPlugin,
  policy: TrustPolicy | undefined,
): Diagnostic | undefined {
  const found = digestOf(read.bytes);
  if (digest !== found) {
    const message = `${path} has SHA-256 ${found}, the lock says ${digest}`;
    return createDiagnostic('LOCK_MISMATCH', { message });
  }
  if (text === undefined) return undefined;
  const key = parsePublicKey(text);
  const keys = key === undefined ? [] : [key];
  const verdict = judgeSignature(read, { keys, revokedIds: policy?.revokedIds ?? new Set() });
  if (verdict.kind === 'trusted') return undefined;
  const message = `${path} ${verdict.message}; the lock says that the key ${key?.id ?? text} signed it`;
  return createDiagnostic('LOCK_MISMATCH', { message });
}

function findMismatch(
  { libraryPath: path, locked, name, minVersion }: PluginConfig,
  { manifest }: ComponentFile,
): Diagnostic | undefined {
  const found = `${path} is plugin \`${manifest.name}\` ${manifest.version}`;
  if (minVersion !== undefined && compareVersions(manifest.version, minVersion) < 0) {
    const message = `${found}, expected ${minVersion} or later`;
    return createDiagnostic('PLUGIN_TOO_OLD', { message });
  }
  if (locked === undefined || locked.version === manifest.version) return undefined;
  const message = `${found}, the lock says \`${name}\` ${locked.version}`;
  return createDiagnostic('LOCK_MISMATCH', { message });
}
