/* A reference → the bytes of a plugin, and the signature beside them. */

import { LIMITS } from '../../base/limits.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { type ComponentFile, judgeComponent } from '../../plugin/gate/component-file.ts';
import { DETACHED_SIZE_MAX } from '../trust/detached-signature.ts';
import type { SignedBytes } from '../trust/judge-signature.ts';
import { digestOf, readSignedFile } from '../trust/signed-file.ts';
import { type HttpRequest, request } from './http-client.ts';
import {
  type FileReference,
  parseReference,
  type Reference,
  type RegistryReference,
  type UrlReference,
} from './reference.ts';
import { LAYER_TYPE } from './registry/artifact.ts';
import { fetchArtifact } from './registry/registry.ts';

/** Bytes that have come, of how many. */
export type OnProgress = NonNullable<HttpRequest['onProgress']>;

export interface FetchedPlugin {
  readonly read: SignedBytes;
  /** The reference, with the digest of what was found where it can have one. */
  readonly from: string;
}

export async function fetchPlugin(
  reference: Reference,
  onProgress: OnProgress,
): Promise<Checked<FetchedPlugin>> {
  const sizeMax = LIMITS.componentSizeMax.value;
  if (reference.kind === 'registry') return fetchRegistry(reference, onProgress);
  return fetchBytes(reference, { readFile: readSignedFile, sizeMax, onProgress });
}

export interface BytesRequest {
  readonly readFile: typeof readSignedFile;
  readonly sizeMax: number;
  readonly onProgress: OnProgress;
}

/** The bytes at a path or an address, and the signature beside it. */
export async function fetchBytes(
  reference: FileReference | UrlReference,
  request: BytesRequest,
): Promise<Checked<FetchedPlugin>> {
  if (reference.kind === 'url') return fetchUrl(reference, request);
  const { path, text: from } = reference;
  const read = request.readFile(path);
  return 'code' in read
    ? { value: undefined, diagnostics: [read] }
    : { value: { read, from }, diagnostics: [] };
}

export interface FetchedFile extends FetchedPlugin {
  readonly file: ComponentFile;
}

/** Reads the reference, fetches the file and judges it. */
export async function fetchFile(
  written: string,
  onProgress: OnProgress = () => {},
): Promise<Checked<FetchedFile>> {
  const reference = parseReference(written);
  if (typeof reference === 'string') {
    const wrong = createDiagnostic('INSTALL_REFERENCE', { message: reference });
    return { value: undefined, diagnostics: [wrong] };
  }
  const { value: fetched, diagnostics } = await fetchPlugin(reference, onProgress);
  if (fetched === undefined) return { value: undefined, diagnostics };
  const judged = judgeComponent(fetched.from, fetched.read.bytes);
  return { ...judged, value: judged.value && { ...fetched, file: judged.value } };
}

async function fetchRegistry(
  reference: RegistryReference,
  onProgress: OnProgress,
): Promise<Checked<FetchedPlugin>> {
  const sizeMax = LIMITS.componentSizeMax.value;
  const wanted = { mediaType: LAYER_TYPE, sizeMax, onProgress };
  const found = await fetchArtifact(reference, wanted);
  if (typeof found === 'string') return failed(found);
  const read = { bytes: found.bytes, detached: undefined };
  return { value: { read, from: found.reference.text }, diagnostics: [] };
}

async function fetchUrl(
  { url, digest, text: from }: UrlReference,
  { sizeMax, onProgress }: BytesRequest,
): Promise<Checked<FetchedPlugin>> {
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
  // Most have no signature, and servers answer that in many ways: an invalid one is refused where one is needed.
  const isThere = typeof signature === 'object' && signature.status === 200;
  const text = isThere ? Buffer.from(signature.bytes).toString('utf8') : undefined;
  const detached = text?.startsWith('untrusted comment:') === true ? text : undefined;
  return { value: { read: { bytes, detached }, from }, diagnostics: [] };
}

/** Downloads are often answered for by a server for large files. */
function isEncrypted(to: URL): boolean {
  return to.protocol === 'https:';
}

export function failed(message: string): Checked<never> {
  return { value: undefined, diagnostics: [createDiagnostic('INSTALL_UNREACHABLE', { message })] };
}
