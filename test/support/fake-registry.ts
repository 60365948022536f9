/*
 * A registry with what is needed of the OCI distribution specification, in memory, that can be as bad as a real one: a
 * test puts an answer of its own in front of it.
 */

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

export class FakeRegistry {
  readonly blobs = new Map<string, Buffer>();
  /** By tag and by digest. */
  readonly manifests = new Map<string, Buffer>();
  readonly requests: string[] = [];
  /** Looked at first; true: it has answered. */
  before: Answer = () => false;

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      this.requests.push(`${request.method} ${request.url}`);
      if (!this.before(request, response)) this.#answer(request, response, Buffer.concat(pieces));
    });
  };

  #answer(
    { method = 'GET', url = '' }: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): void {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const [, what = '', name = ''] =
      /^\/v2\/.+\/(blobs|manifests|tags)\/(.*)$/.exec(pathname) ?? [];
    if (what === 'tags') {
      const tags = [...this.manifests.keys()].filter((tag) => !tag.startsWith('sha256:'));
      response.end(JSON.stringify({ name: 'x', tags }));
    } else if (what === 'blobs' && method === 'POST') {
      response.writeHead(202, { location: `${pathname}one?state=a` }).end();
    } else if (what === 'blobs' && method === 'PUT') {
      this.#put(response, this.blobs, searchParams.get('digest') ?? '', body);
    } else if (what === 'manifests' && method === 'PUT') {
      this.manifests.set(sha256(body), body);
      this.#put(response, this.manifests, name, body);
    } else {
      const found = (what === 'blobs' ? this.blobs : this.manifests).get(name);
      if (found !== undefined) response.end(method === 'HEAD' ? undefined : found);
      else response.writeHead(404).end('{"errors":[{"code":"UNKNOWN","message":"no such thing"}]}');
    }
  }

  #put(response: ServerResponse, to: Map<string, Buffer>, name: string, body: Buffer): void {
    to.set(name, body);
    response.writeHead(201).end();
  }
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
