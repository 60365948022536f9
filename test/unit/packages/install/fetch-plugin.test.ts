import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Checked } from '../../../../engine/diagnostic/diagnostic.ts';
import { fetchPlugin } from '../../../../engine/packages/install/fetch-plugin.ts';
import { parseReference } from '../../../../engine/packages/install/reference.ts';
import type { SignedBytes } from '../../../../engine/packages/trust/judge-signature.ts';
import { digestOf } from '../../../../engine/packages/trust/signed-file.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { servers } from '../../../support/serve.ts';

const serve = servers();
const folder = scratchFolder('fetch-plugin');
const BYTES = Buffer.from('what is to be fetched');
const SIGNATURE = 'untrusted comment: x\n';

async function fetch(text: string): Promise<Checked<SignedBytes>> {
  const reference = parseReference(text);
  if (typeof reference === 'string') throw new Error(reference);
  const { value, diagnostics } = await fetchPlugin(reference, () => {});
  return { value: value?.read, diagnostics };
}

const plain: RequestListener = ({ url }, response) => {
  if (url === '/x.wasm') response.end(BYTES);
  else response.writeHead(404).end('<html>');
};

describe('what is fetched', () => {
  it('is a file, with the signature beside it', async () => {
    const path = folder.write('x.wasm', BYTES);
    expect((await fetch(path)).value).toEqual({ bytes: BYTES, detached: undefined });
    folder.write('x.wasm.minisig', SIGNATURE);
    expect((await fetch(path)).value).toEqual({ bytes: BYTES, detached: SIGNATURE });
  });

  it('is what a server has, with the signature beside it', async () => {
    const { value } = await fetch(`${await serve(plain)}/x.wasm`);
    expect(value).toEqual({ bytes: BYTES, detached: undefined });
    const url = await serve(({ url: path }, response) =>
      response.end(path === '/x.wasm' ? BYTES : SIGNATURE),
    );
    expect((await fetch(`${url}/x.wasm`)).value).toEqual({ bytes: BYTES, detached: SIGNATURE });
  });

  it('has the digest that is asked for', async () => {
    const url = `${await serve(plain)}/x.wasm`;
    expect((await fetch(`${url}#sha256=${digestOf(BYTES)}`)).value?.bytes).toEqual(BYTES);
    const { value, diagnostics } = await fetch(`${url}#sha256=${'f'.repeat(64)}`);
    expect([value, diagnostics[0]?.code]).toEqual([undefined, 'PLUGIN_DIGEST_MISMATCH']);
  });

  it.each([408, 429, 500, 502, 503, 504])(
    'comes after a server that was busy: %i',
    async (status) => {
      let asked = 0;
      const url = await serve((request, response) => {
        asked += 1;
        if (asked < 3) response.writeHead(status, { 'retry-after': '0' }).end();
        else plain(request, response);
      });
      expect((await fetch(`${url}/x.wasm`)).value?.bytes).toEqual(BYTES);
    },
  );

  it('comes through redirects of the same host', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/latest') response.writeHead(302, { location: 'x.wasm' }).end();
      else plain(request, response);
    });
    expect((await fetch(`${url}/latest`)).value?.bytes).toEqual(BYTES);
  });

  it('does not send on what let us in', async () => {
    let seen: string | undefined = 'nothing';
    const url = await serve((request, response) => {
      seen = request.headers.authorization;
      plain(request, response);
    });
    await fetch(`${url}/x.wasm`);
    expect(seen).toBeUndefined();
  });
});

const redirect =
  (location: string): RequestListener =>
  (_request, response) =>
    response.writeHead(302, { location }).end();

describe('what is not fetched', () => {
  const TOO_LARGE = /answers with more than 16777216 bytes/;
  it.each<[string, RequestListener, RegExp]>([
    ['nothing', (_q, response) => response.writeHead(404).end(), /x\.wasm: status 404/],
    ['what one is not let in to', (_q, response) => response.writeHead(401).end(), /status 401/],
    ['what is not there any more', (_q, response) => response.writeHead(410).end(), /status 410/],
    [
      'an empty answer of another kind',
      (_q, response) => response.writeHead(204).end(),
      /status 204/,
    ],
    [
      'what is too large',
      (_q, response) => response.writeHead(200, { 'content-length': 1 << 30 }).end(),
      TOO_LARGE,
    ],
    [
      'what is larger than it says',
      (_q, response) => response.end(Buffer.alloc(17 << 20)),
      TOO_LARGE,
    ],
    [
      'what another host has',
      redirect('http://127.0.0.2:9/x'),
      /redirect to http:\/\/127\.0\.0\.2:9, which is not followed/,
    ],
    [
      'the size that a server announces',
      redirect('file:///etc/passwd'),
      /redirect to null, which is not followed/,
    ],
    ['what is nowhere', redirect('http://['), /redirect to no address/],
    ['what is around a circle', redirect('/x.wasm'), /more than 5 redirects/],
    [
      'what is busy for good',
      (_q, response) => response.writeHead(503, { 'retry-after': '0' }).end(),
      /status 503/,
    ],
  ])('is %s', async (_name, answer, said) => {
    const { value, diagnostics } = await fetch(`${await serve(answer)}/x.wasm`);
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { code: 'INSTALL_UNREACHABLE', message: expect.stringMatching(said) },
    ]);
  });

  it('is what breaks off each time', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write(BYTES, () => response.destroy());
    });
    const { diagnostics } = await fetch(`${url}/x.wasm`);
    expect(diagnostics[0]?.message).toMatch(/\(tried 4 times\)$/);
  });

  it('is where nobody answers', async () => {
    const { diagnostics } = await fetch('http://127.0.0.1:1/x.wasm');
    expect(diagnostics[0]?.message).toMatch(/^127\.0\.0\.1:1: \S.*\(tried 4 times\)$/);
  });

  it.each([
    ['nowhere.wasm', /nowhere\.wasm does not exist/],
    ['http://example.com/x.wasm', /`http:\/\/` is not read from/],
    ['ftp://example.com/x.wasm', /`ftp:\/\/` is not read from/],
    ['https://me:secret@example.com/x.wasm', /a password in a URL/],
    ['https://example.com/x.wasm#sha256=12', /`#sha256=12` is no digest/],
    ['https://', /is no URL/],
  ])('is %s', (written, said) => {
    expect(parseReference(written)).toMatch(said);
  });
});
