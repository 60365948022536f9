/* What `install` is given: a file, a URL, or something in a registry. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export type Reference = FileReference | UrlReference | RegistryReference;

export interface FileReference {
  readonly kind: 'file';
  readonly path: string;
  /** As it goes into the lock. */
  readonly text: string;
}

export interface UrlReference {
  readonly kind: 'url';
  readonly url: URL;
  /** SHA-256 that it has to have: `#sha256=…` at the end of the URL. */
  readonly digest: string | undefined;
  readonly text: string;
}

/** `oci://HOST/REPOSITORY:TAG@sha256:DIGEST`; tag, digest or both. */
export interface RegistryReference {
  readonly kind: 'registry';
  /** Host, with a port where there is one. */
  readonly registry: string;
  readonly repository: string;
  /** `undefined`: the digest says it all, or the newest version is meant. */
  readonly tag: string | undefined;
  /** Digest of the manifest, hexadecimal. */
  readonly digest: string | undefined;
  readonly text: string;
}

const FORMS = 'a .wasm file, an https URL, or oci://REGISTRY/REPOSITORY:TAG';

/** Returns a text with the reason if it is not a valid reference. */
export function parseReference(written: string): Reference | string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) {
    const path = resolve(written);
    if (existsSync(path)) return { kind: 'file', path, text: path };
    return `${written} does not exist; expected ${FORMS}`;
  }
  if (written.startsWith('oci://')) return parseRegistryReference(written);
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined) return `\`${written}\` is no URL`;
  if (url.username !== '' || url.password !== '')
    return `a password in a URL would be written into the lock; expected ${FORMS}`;
  const isPlain = url.protocol === 'http:' && isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !isPlain)
    return `\`${url.protocol}//\` is not read from; expected ${FORMS}`;
  const [, digest] = /^#sha256=([0-9a-f]{64})$/.exec(url.hash) ?? [];
  if (url.hash !== '' && digest === undefined)
    return `\`${url.hash}\` is no digest; expected #sha256= and 64 hexadecimal digits`;
  return { kind: 'url', url, digest, text: url.href };
}

/** On the loopback interface, nobody listens in: a certificate is not required. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/** The alphabet of the OCI distribution specification, 1.1. */
const HOST = /^[a-z0-9.-]+(?::[0-9]{1,5})?$|^\[[0-9a-f:]+\](?::[0-9]{1,5})?$/i;
const REPOSITORY =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Returns a text with the reason if it is not a valid reference. */
export function parseRegistryReference(text: string): RegistryReference | string {
  if (!text.startsWith('oci://'))
    return `\`${text}\` names no registry; expected oci://REGISTRY/REPOSITORY:TAG`;
  const rest = text.slice('oci://'.length);
  const [named = '', digestPart] = rest.split('@', 2);
  const slash = named.indexOf('/');
  if (slash < 1) return `\`${text}\` names no repository; expected oci://REGISTRY/REPOSITORY:TAG`;
  const [registry, path] = [named.slice(0, slash), named.slice(slash + 1)];
  const colon = path.lastIndexOf(':');
  const [repository, tag] = colon < 0 ? [path] : [path.slice(0, colon), path.slice(colon + 1)];
  if (!HOST.test(registry)) return `\`${registry}\` is no host of a registry`;
  if (!REPOSITORY.test(repository)) return `\`${repository}\` is no repository of a registry`;
  if (tag !== undefined && !TAG.test(tag)) return `\`${tag}\` is no tag`;
  const digest =
    digestPart === undefined ? undefined : /^sha256:([0-9a-f]{64})$/.exec(digestPart)?.[1];
  if (digestPart !== undefined && digest === undefined)
    return `\`${digestPart}\` is no digest; expected sha256: and 64 hexadecimal digits`;
  return { kind: 'registry', registry, repository, tag, digest, text };
}

/** The same artifact, whatever becomes of its tag. */
export function withDigest(reference: RegistryReference, digest: string): RegistryReference {
  const { registry, repository, tag } = reference;
  const named = `oci://${registry}/${repository}${tag === undefined ? '' : `:${tag}`}`;
  return { ...reference, digest, text: `${named}@sha256:${digest}` };
}
