/* A plugin's file → a judged component, if it is one that was agreed to: digest and signature come before all else. */

import type { PluginConfig } from '../config/config.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { type ComponentFile, judgeComponent } from '../plugin/component-file.ts';
import { isComponent } from '../plugin/wasm-binary.ts';
import { judgeSignature, type SignedBytes, type TrustPolicy } from '../trust/judge-signature.ts';
import { digestOf, readSignedFile, refusalOf } from '../trust/signed-file.ts';

export function admitPlugin(
  plugin: PluginConfig,
  policy: TrustPolicy | undefined,
): Checked<ComponentFile> {
  const { libraryPath: path } = plugin;
  const read = readSignedFile(path);
  if ('code' in read) return { value: undefined, diagnostics: [read] };
  const wrong = findDistrust(plugin, read, policy);
  if (wrong === undefined) return judgeComponent(path, read.bytes);
  // What is no plugin at all is better told that than that it is not signed.
  const said = isComponent(read.bytes) ? [wrong] : judgeComponent(path, read.bytes).diagnostics;
  return { value: undefined, diagnostics: said };
}

function findDistrust(
  { libraryPath: path, isBundled, digest, isThreadAsked }: PluginConfig,
  read: SignedBytes,
  policy: TrustPolicy | undefined,
): Diagnostic | undefined {
  const found = digestOf(read.bytes);
  if (digest !== undefined && digest !== found) {
    const message = `${path} has SHA-256 ${found}, expected ${digest}`;
    return createDiagnostic('PLUGIN_DIGEST_MISMATCH', { message });
  }
  // What ships with the product is trusted as the product is.
  if (isBundled) return undefined;
  const verdict = policy && judgeSignature(read, policy);
  if (verdict?.kind === 'refused') return refusalOf(path, verdict, policy as TrustPolicy);
  if (!isThreadAsked || verdict !== undefined) return undefined;
  const message = `${path}: \`isolation: thread\`, and no trusted key has signed it`;
  return createDiagnostic('PLUGIN_ISOLATION_UNTRUSTED', { message });
}
