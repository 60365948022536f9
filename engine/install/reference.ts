/* What `install` is given: a file, a URL, or something in a registry. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export type Reference = FileReference | UrlReference;

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

const FORMS = 'a .wasm file or an https URL';

/** A text says why it is none. */
export function parseReference(written: string): Reference | string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) {
    const path = resolve(written);
    if (existsSync(path)) return { kind: 'file', path, text: path };
    return `there is no file ${written}; expected ${FORMS}`;
  }
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

/** Where nobody listens in, a certificate is not asked for. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
