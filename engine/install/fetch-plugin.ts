/* A reference → the bytes of a plugin, and the signature beside them. */

import { LIMITS } from '../base/limits.ts';
import { type Checked, createDiagnostic } from '../diagnostic/diagnostic.ts';
import { DETACHED_SIZE_MAX } from '../trust/detached-signature.ts';
import type { SignedBytes } from '../trust/judge-signature.ts';
import { digestOf, readSignedFile } from '../trust/signed-file.ts';
import { type HttpRequest, request } from './http-client.ts';
import type { Reference, UrlReference } from './reference.ts';

/** Bytes that have come, of how many. */
export type OnProgress = NonNullable<HttpRequest['onProgress']>;

export async function fetchPlugin(
  reference: Reference,
  onProgress: OnProgress,
): Promise<Checked<SignedBytes>> {
  if (reference.kind === 'url') return fetchUrl(reference, onProgress);
  const read = readSignedFile(reference.path);
  return 'code' in read
    ? { value: undefined, diagnostics: [read] }
    : { value: read, diagnostics: [] };
}

async function fetchUrl(
  { url, digest }: UrlReference,
  onProgress: OnProgress,
): Promise<Checked<SignedBytes>> {
  const sizeMax = LIMITS.componentSizeMax.value;
  const answer = await request({ url, sizeMax, mayRedirect: isEncrypted, onProgress });
  if (typeof answer === 'string') return failed(answer);
  if (answer.status !== 200) return failed(`${url.href}: status ${answer.status}`);
  const { bytes } = answer;
  const found = digestOf(bytes);
  if (digest !== undefined && digest !== found) {
    const message = `${url.href} has SHA-256 ${found}, expected ${digest}`;
    return {
      value: undefined,
      diagnostics: [createDiagnostic('PLUGIN_DIGEST_MISMATCH', { message })],
    };
  }
  const beside = new URL(url);
  beside.pathname += '.minisig';
  const signature = await request({
    url: beside,
    sizeMax: DETACHED_SIZE_MAX,
    mayRedirect: isEncrypted,
  });
  // Most have none, and servers say so in many ways: what is no signature is refused where one is needed.
  const isThere = typeof signature === 'object' && signature.status === 200;
  const text = isThere ? Buffer.from(signature.bytes).toString('utf8') : undefined;
  const detached = text?.startsWith('untrusted comment:') === true ? text : undefined;
  return { value: { bytes, detached }, diagnostics: [] };
}

/** Downloads are often answered for by a server for large files. */
function isEncrypted(to: URL): boolean {
  return to.protocol === 'https:';
}

function failed(message: string): Checked<never> {
  return { value: undefined, diagnostics: [createDiagnostic('INSTALL_UNREACHABLE', { message })] };
}
