/* Requests to a repository: fetch or publish an artifact, list its tags. */

import { fieldsOf } from '../../../base/json-fields.ts';
import { digestOf } from '../../trust/signed-file.ts';
import type { HttpAnswer, HttpRequest } from '../http-client.ts';
import { type RegistryReference, withDigest } from '../reference.ts';
import { isNearby } from '../same-site.ts';
import {
  type Artifact,
  findLayer,
  type Layer,
  MANIFEST_SIZE_MAX,
  MANIFEST_TYPE,
} from './artifact.ts';
import { parseJson, RegistrySession } from './registry-session.ts';

export interface FetchedArtifact {
  /** With the digest of the manifest that was found. */
  readonly reference: RegistryReference;
  readonly bytes: Uint8Array;
  /** Annotations of the layer. */
  readonly annotations: Readonly<Record<string, unknown>>;
  /** JSON of its config; `undefined` if there is none. */
  readonly config: unknown;
}

export interface LayerRequest {
  readonly mediaType: string;
  readonly sizeMax: number;
  readonly onProgress: HttpRequest['onProgress'];
}

/** The layer of that type; a text says why there is none. */
export async function fetchArtifact(
  wanted: RegistryReference,
  { mediaType, sizeMax, onProgress }: LayerRequest,
): Promise<FetchedArtifact | string> {
  const session = new RegistrySession(wanted, 'pull');
  const found = await findManifest(session, wanted);
  if (typeof found === 'string') return found;
  const { manifest, reference } = found;
  const layer = findLayer(manifest, mediaType);
  if (typeof layer === 'string') return `${reference.text} is ${layer}`;
  if (layer.size > sizeMax)
    return `${reference.text} has ${layer.size} bytes, the limit is ${sizeMax}`;
  const bytes = await fetchBlob(session, layer, {
    what: `the file of ${reference.text}`,
    onProgress,
  });
  if (typeof bytes === 'string') return bytes;
  const config = await fetchConfig(session, layer, reference);
  if (typeof config === 'string') return config;
  const { annotations } = layer;
  return { reference, bytes, annotations, config: config && parseJson(config) };
}

interface BlobRequest {
  readonly what: string;
  readonly onProgress?: HttpRequest['onProgress'];
}

async function fetchBlob(
  session: RegistrySession,
  { digest, size }: Pick<Layer, 'digest' | 'size'>,
  { what, onProgress }: BlobRequest,
): Promise<Uint8Array | string> {
  const answer = await session.ask({
    path: `blobs/sha256:${digest}`,
    sizeMax: size,
    // Registries keep them elsewhere: the digest is checked, and credentials are not sent there.
    mayRedirect: ({ protocol, hostname }) => protocol === 'https:' && !isNearby(hostname),
    ...(onProgress && { onProgress }),
  });
  if (typeof answer === 'string') return answer;
  if (answer.status !== 200) return statusOf(session, answer, what);
  const found = digestOf(answer.bytes);
  return found === digest
    ? answer.bytes
    : `${what} has SHA-256 ${found}, its manifest says ${digest}`;
}

const CONFIG_SIZE_MAX = 1 << 20;

async function fetchConfig(
  session: RegistrySession,
  { config }: Layer,
  { text }: RegistryReference,
): Promise<Uint8Array | string | undefined> {
  if (config === undefined || config.size > CONFIG_SIZE_MAX) return undefined;
  return fetchBlob(session, config, { what: `the config of ${text}` });
}

interface FoundManifest {
  readonly manifest: Uint8Array;
  readonly reference: RegistryReference;
}

/** By its digest where there is one, whatever its tag is now. */
async function findManifest(
  session: RegistrySession,
  wanted: RegistryReference,
): Promise<FoundManifest | string> {
  const tagged = await withTag(session, wanted);
  if (typeof tagged === 'string') return tagged;
  const name = tagged.digest === undefined ? tagged.tag : `sha256:${tagged.digest}`;
  const answer = await session.ask({
    path: `manifests/${name}`,
    headers: { accept: MANIFEST_TYPE },
    sizeMax: MANIFEST_SIZE_MAX,
  });
  if (typeof answer === 'string') return answer;
  if (answer.status !== 200) return statusOf(session, answer, tagged.text);
  const digest = digestOf(answer.bytes);
  if (tagged.digest !== undefined && tagged.digest !== digest)
    return `${tagged.text}: the manifest has SHA-256 ${digest}`;
  return { manifest: answer.bytes, reference: withDigest(tagged, digest) };
}

/** Without tag and digest, the newest version; `latest` if there are no versions. */
async function withTag(
  session: RegistrySession,
  wanted: RegistryReference,
): Promise<RegistryReference | string> {
  if (wanted.tag !== undefined || wanted.digest !== undefined) return wanted;
  const tags = await readTags(session);
  if (typeof tags === 'string') return tags;
  const tag = newestVersion(tags) ?? 'latest';
  return { ...wanted, tag, text: `${wanted.text}:${tag}` };
}

export function listTags(reference: RegistryReference): Promise<readonly string[] | string> {
  return readTags(new RegistrySession(reference, 'pull'));
}

const TAGS_SIZE_MAX = 4 << 20;
const TAG_PAGES_MAX = 100;
/** Most tags that all pages together may have; with more, the newest version is not looked for. */
const TAGS_MAX = 50_000;
const ALL_TAGS_SIZE_MAX = 16 << 20;

async function readTags(session: RegistrySession): Promise<readonly string[] | string> {
  const tags: string[] = [];
  let size = 0;
  let path: string | URL = 'tags/list?n=1000';
  for (let page = 0; page < TAG_PAGES_MAX; page++) {
    const answer: HttpAnswer | string = await session.ask({ path, sizeMax: TAGS_SIZE_MAX });
    if (typeof answer === 'string') return answer;
    if (answer.status !== 200) return statusOf(session, answer, 'its tags');
    const { tags: found } = fieldsOf(parseJson(answer.bytes));
    size += answer.bytes.length;
    for (const tag of Array.isArray(found) ? found : [])
      if (typeof tag === 'string') tags.push(tag);
    if (tags.length > TAGS_MAX || size > ALL_TAGS_SIZE_MAX)
      return `${session.host} has more than ${TAGS_MAX} tags: name one`;
    const next = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(answer.headers.get('link') ?? '')?.[1];
    if (next === undefined) return tags;
    const url = session.resolve(next);
    if (typeof url === 'string') return url;
    path = url;
  }
  return tags;
}

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)$/;

/** The highest `major.minor.patch`, as it is written. */
export function newestVersion(tags: readonly string[]): string | undefined {
  const versions = tags.flatMap((tag) => {
    const [, ...numbers] = VERSION.exec(tag) ?? [];
    return numbers.length === 0 ? [] : [{ tag, numbers: numbers.map(Number) }];
  });
  const byVersion = versions.sort((one, other) => {
    const differences = one.numbers.map((number, at) => number - (other.numbers[at] ?? 0));
    return differences.find((difference) => difference !== 0) ?? 0;
  });
  return byVersion.at(-1)?.tag;
}

export interface PublishOptions {
  /** What the tag was of another artifact before, it is that no more. */
  readonly isForced: boolean;
}

/** The reference with the digest of the present artifact; a text with the reason if there is none. */
export async function publishArtifact(
  wanted: RegistryReference & { readonly tag: string },
  { manifest, blobs }: Artifact,
  { isForced }: PublishOptions,
): Promise<RegistryReference | string> {
  const session = new RegistrySession(wanted, 'pull,push');
  const digest = digestOf(manifest);
  const there = await session.ask({
    path: `manifests/${wanted.tag}`,
    headers: { accept: MANIFEST_TYPE },
    sizeMax: MANIFEST_SIZE_MAX,
  });
  if (typeof there === 'string') return there;
  if (there.status === 200 && digestOf(there.bytes) === digest) return withDigest(wanted, digest);
  if (there.status === 200 && !isForced)
    return `${wanted.text} exists already with other contents; a published version does not change`;
  for (const blob of blobs) {
    const wrong = await upload(session, blob);
    if (wrong !== undefined) return wrong;
  }
  const answer = await session.ask({
    path: `manifests/${wanted.tag}`,
    method: 'PUT',
    headers: { 'content-type': MANIFEST_TYPE },
    body: manifest,
    sizeMax: MANIFEST_SIZE_MAX,
  });
  if (typeof answer === 'string') return answer;
  return answer.status === 201
    ? withDigest(wanted, digest)
    : statusOf(session, answer, wanted.text);
}

const ANSWER_SIZE_MAX = 1 << 20;

async function upload(session: RegistrySession, blob: Uint8Array): Promise<string | undefined> {
  const digest = `sha256:${digestOf(blob)}`;
  const sizeMax = ANSWER_SIZE_MAX;
  const there = await session.ask({ path: `blobs/${digest}`, method: 'HEAD', sizeMax });
  if (typeof there === 'string') return there;
  if (there.status === 200) return undefined;
  const started = await session.ask({
    path: 'blobs/uploads/',
    method: 'POST',
    body: new Uint8Array(),
    sizeMax,
  });
  if (typeof started === 'string') return started;
  if (started.status !== 202) return statusOf(session, started, 'a place to upload to');
  const location = session.locationOf(started);
  if (typeof location === 'string') return location;
  location.searchParams.set('digest', digest);
  const answer = await session.ask({
    path: location,
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: blob,
    sizeMax,
  });
  if (typeof answer === 'string') return answer;
  return answer.status === 201 ? undefined : statusOf(session, answer, 'the upload');
}

const MEANINGS: Readonly<Record<number, string>> = {
  403: 'does not allow',
  404: 'has no',
  429: 'is too busy for',
};

/** An error with the registry's own message (OCI distribution specification, 2.3). */
function statusOf(session: RegistrySession, answer: HttpAnswer, what: string): string {
  const { errors } = fieldsOf(parseJson(answer.bytes));
  const { code, message } = fieldsOf(Array.isArray(errors) ? errors[0] : undefined);
  const said = [code, message].filter((one) => typeof one === 'string').join(': ');
  const meaning = MEANINGS[answer.status] ?? 'gives an unexpected answer for';
  return `${session.host} ${meaning} ${what} (status ${answer.status}${said === '' ? '' : `, ${said.slice(0, 200)}`})`;
}
