import { chmodSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../support/fake-registry.ts';
import {
  fetchIt,
  layerDigest,
  manifestDigest,
  place,
  publish,
  refer,
} from '../../../support/registry-place.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('registry');

const of =
  (pattern: RegExp, answer: (response: ServerResponse, request: IncomingMessage) => void): Answer =>
  (request, response) => {
    if (!pattern.test(`${request.method} ${request.url}`)) return false;
    answer(response, request);
    return true;
  };
const elsewhere = 'http://127.0.0.2:9/x';

describe('a registry that is bad', () => {
  it.each<[string, Answer, RegExp]>([
    [
      'has no such tag',
      of(/manifests/, (r) => r.writeHead(404).end()),
      /has no oci:.*\(status 404\)/,
    ],
    [
      'has no such file',
      of(/GET .*blobs/, (r) => r.writeHead(404).end()),
      /has no the file of|status 404/,
    ],
    [
      'does not let us in',
      of(/./, (r) => r.writeHead(401).end()),
      /asks for a login of an unknown kind/,
    ],
    [
      'wants a password',
      of(/./, (r) => r.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()),
      /none is known: `docker login 127\.0\.0\.1:\d+`/,
    ],
    [
      'does not allow it',
      of(/./, (r) => r.writeHead(403).end('{"errors":[{"code":"DENIED","message":"no"}]}')),
      /does not allow .*\(status 403, DENIED: no\)/,
    ],
    [
      'is busy for good',
      of(/./, (r) => r.writeHead(429, { 'retry-after': '0' }).end()),
      /is too busy for .*429/,
    ],
    [
      'sends us away for the manifest',
      of(/manifests/, (r) => r.writeHead(302, { location: elsewhere }).end()),
      /redirect to http:\/\/127\.0\.0\.2:9, which is not followed/,
    ],
    [
      'sends us to where nothing is encrypted',
      of(/GET .*blobs/, (r) => r.writeHead(307, { location: elsewhere }).end()),
      /redirect to http:\/\/127\.0\.0\.2:9, which is not followed/,
    ],
    [
      'has a manifest of 100 MB',
      of(/manifests/, (r) => r.writeHead(200, { 'content-length': 100 << 20 }).end()),
      /more than 4194304 bytes/,
    ],
    [
      'has one that goes on and on',
      of(/manifests/, (r) => r.end(Buffer.alloc(5 << 20))),
      /more than 4194304 bytes/,
    ],
    [
      'has an invalid manifest',
      of(/manifests/, (r) => r.end('<html>')),
      /is no manifest of an artifact/,
    ],
    [
      'has an index',
      of(/manifests/, (r) => r.end('{"schemaVersion":2,"manifests":[]}')),
      /is an index of several artifacts/,
    ],
    [
      'has an image',
      of(/manifests/, (r) =>
        r.end('{"schemaVersion":2,"config":{"mediaType":"application/image"},"layers":[]}'),
      ),
      /is an artifact of application\/image with 0 layers/,
    ],
    [
      'has a layer of no size',
      of(/manifests/, (r) =>
        r.end(
          '{"schemaVersion":2,"layers":[{"mediaType":"application/wasm","digest":"sha256:12"}]}',
        ),
      ),
      /a layer without a SHA-256/,
    ],
    [
      'has a layer that is too large',
      of(/manifests/, (r) =>
        r.end(
          `{"schemaVersion":2,"layers":[{"mediaType":"application/wasm","digest":"${layerDigest}","size":1e9}]}`,
        ),
      ),
      /has 1000000000 bytes, the limit is 16777216/,
    ],
    [
      'has another file',
      of(/GET .*blobs/, (r) => r.end(Buffer.alloc(10))),
      /the file of .* has SHA-256 [0-9a-f]{64}, its manifest says/,
    ],
    [
      'has more than it says',
      of(/GET .*blobs/, (r) => r.end(Buffer.alloc(1 << 20))),
      /more than \d+ bytes/,
    ],
    [
      'breaks off',
      of(/GET .*blobs/, (r) => {
        r.writeHead(200, { 'content-length': 1000 });
        r.write('x', () => r.destroy());
      }),
      /tried 4 times/,
    ],
  ])('%s', async (_name, before, said) => {
    const { registry, reference } = await place();
    registry.before = before;
    expect(await fetchIt(reference)).toMatch(said);
  });

  it('has another manifest under a digest', async () => {
    const { registry, host } = await place();
    registry.manifests.set(manifestDigest, Buffer.from('{}'));
    const found = await fetchIt(refer(`oci://${host}/a/b@${manifestDigest}`));
    expect(found).toMatch(/the manifest has SHA-256/);
  });

  it('is busy at first', async () => {
    const { registry, reference } = await place();
    let asked = 0;
    registry.before = of(/./, (r) => r.writeHead(429, { 'retry-after': '0' }).end());
    const busy = registry.before;
    registry.before = (request, response) => {
      asked += 1;
      return asked % 2 === 1 && busy(request, response);
    };
    expect(await fetchIt(reference)).toBe(layerDigest);
  });

  it('wants what is sent to it to go elsewhere', async () => {
    const { registry, reference } = await place(false);
    registry.before = of(/POST/, (r) => r.writeHead(202, { location: elsewhere }).end());
    expect(await publish(reference)).toMatch(
      /sends us to http:\/\/127\.0\.0\.2:9, which is not followed/,
    );
    registry.before = of(/POST/, (r) => r.writeHead(202).end());
    expect(await publish(reference)).toMatch(/does not say where to send it/);
    registry.before = of(/PUT .*manifests/, (r) =>
      r.writeHead(400).end('{"errors":[{"code":"MANIFEST_INVALID"}]}'),
    );
    expect(await publish(reference)).toMatch(/\(status 400, MANIFEST_INVALID\)/);
  });
});

describe('a registry that asks who we are', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });
  const login = (host: string, config: object): void => {
    folder.write('docker/config.json', JSON.stringify(config).replaceAll('HOST', host));
    process.env.DOCKER_CONFIG = join(folder.path, 'docker');
  };
  const AUTH = Buffer.from('me:secret').toString('base64');
  const lets =
    (authorization: string, challenge: string): Answer =>
    (request, response) => {
      if (
        request.url?.startsWith('/token') === true ||
        request.headers.authorization === authorization
      )
        return false;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    };

  it('is given the password that somebody logged in with', async () => {
    const { registry, host, reference } = await place();
    registry.before = lets(`Basic ${AUTH}`, 'Basic realm="x"');
    login(host, { auths: { HOST: { auth: AUTH } } });
    expect(await fetchIt(reference)).toBe(layerDigest);
    login(host, { auths: { HOST: { auth: Buffer.from('me:wrong').toString('base64') } } });
    expect(await fetchIt(reference)).toMatch(/does not let us in to a\/b \(status 401\)/);
    login(host, { auths: { 'other.io': { auth: AUTH } } });
    expect(await fetchIt(reference)).toMatch(/none is known: `docker login/);
  });

  it('is given what a helper answers', async () => {
    const { registry, host, reference } = await place();
    registry.before = lets(`Basic ${AUTH}`, 'Basic realm="x"');
    const helper = folder.write(
      'bin/docker-credential-own',
      `#!/bin/sh\nread name; test "$1 $name" = "get ${host}" && echo '{"Username":"me","Secret":"secret"}'\n`,
    );
    chmodSync(helper, 0o755);
    process.env.PATH = `${join(folder.path, 'bin')}:${process.env.PATH}`;
    for (const config of [{ credHelpers: { HOST: 'own' } }, { credsStore: 'own' }]) {
      login(host, config);
      expect(await fetchIt(reference)).toBe(layerDigest);
    }
    login(host, { credsStore: '../own' });
    expect(await fetchIt(reference)).toMatch(/`\.\.\/own` is no name of a credential helper/);
    login(host, { credsStore: 'missing' });
    expect(await fetchIt(reference)).toMatch(/docker-credential-missing cannot be asked/);
  });

  it('is given a token, for what is done and no more', async () => {
    const { registry, host, reference } = await place(false);
    const challenge = `Bearer realm="http://${host}/token",service="registry"`;
    const seen: string[] = [];
    const isLetIn = lets('Bearer good', challenge);
    registry.before = (request, response) => {
      if (request.url?.startsWith('/token') !== true) return isLetIn(request, response);
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
      response.end('{"token":"good"}');
      return true;
    };
    process.env.DOCKER_CONFIG = '/nowhere';
    expect(await publish(reference)).toMatchObject({ tag: '1.0.0' });
    expect(await fetchIt(reference)).toBe(layerDigest);
    login(host, { auths: { HOST: { auth: AUTH } } });
    await fetchIt(reference);
    login(host, { auths: { HOST: { identitytoken: 'long' } } });
    await fetchIt(reference);
    expect(seen).toEqual([
      'GET /token?scope=repository%3Aa%2Fb%3Apull%2Cpush&service=registry -',
      'GET /token?scope=repository%3Aa%2Fb%3Apull&service=registry -',
      `GET /token?scope=repository%3Aa%2Fb%3Apull&service=registry Basic ${AUTH}`,
      'POST /token -',
    ]);
  });

  it.each([
    ['http://example.com/token', /for a token to http:\/\/example\.com, which is not encrypted/],
    ['nowhere', /a login of an unknown kind/],
  ])('is not followed to %s', async (realm, said) => {
    const { registry, reference } = await place();
    registry.before = lets('never', `Bearer realm="${realm}"`);
    expect(await fetchIt(reference)).toMatch(said);
  });

  it('has its password sent to no other site, unless that is named', async () => {
    const { registry, host, reference } = await place();
    const other = await place(false);
    const seen: string[] = [];
    other.registry.before = (request, response) => {
      seen.push(request.headers.authorization ?? '-');
      response.end('{"token":"good"}');
      return true;
    };
    registry.before = lets('Bearer good', `Bearer realm="http://${other.host}/token"`);
    login(host, { auths: { HOST: { auth: AUTH } } });
    expect(await fetchIt(reference)).toContain(`wants its password sent to ${other.host}`);
    expect(seen).toEqual([]);
    process.env.TIERCEL_TOKEN_HOSTS = `elsewhere, ${other.host}`;
    await fetchIt(reference);
    delete process.env.TIERCEL_TOKEN_HOSTS;
    expect(seen).toEqual([`Basic ${AUTH}`]);
  });

  it('gets nothing from a configuration that cannot be read', async () => {
    const { registry, host, reference } = await place();
    registry.before = lets('never', 'Basic realm="x"');
    login(host, {});
    folder.write('docker/config.json', '{');
    expect(await fetchIt(reference)).toMatch(/config\.json is no JSON/);
    expect(readFileSync(join(folder.path, 'docker/config.json'), 'utf8')).toBe('{');
  });
});
