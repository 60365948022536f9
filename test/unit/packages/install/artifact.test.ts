import { describe, expect, it } from 'vitest';
import { parseRegistryReference } from '../../../../engine/packages/install/reference.ts';
import {
  CONFIG_TYPE,
  LAYER_TYPE,
  toArtifact,
} from '../../../../engine/packages/install/registry/artifact.ts';
import { listTags, newestVersion } from '../../../../engine/packages/install/registry/registry.ts';
import { sha256 } from '../../../support/fake-registry.ts';
import {
  artifact,
  config,
  fetchIt,
  file,
  layerDigest,
  manifestDigest,
  place,
  publish,
  refer,
} from '../../../support/registry-place.ts';

describe('a reference', () => {
  it.each([
    ['oci://ghcr.io/me/x', ['ghcr.io', 'me/x', undefined, undefined]],
    ['oci://localhost:5000/x:1.0.0', ['localhost:5000', 'x', '1.0.0', undefined]],
    [`oci://r.io/a/b-c/d_e:v1@${layerDigest}`, ['r.io', 'a/b-c/d_e', 'v1', layerDigest.slice(7)]],
    ['oci://[::1]:5000/x', ['[::1]:5000', 'x', undefined, undefined]],
  ])('%s', (text, expected) => {
    const found = parseRegistryReference(text);
    if (typeof found === 'string') throw new Error(found);
    expect([found.registry, found.repository, found.tag, found.digest]).toEqual(expected);
  });

  it.each([
    ['oci://ghcr.io', /names no repository/],
    ['oci:///x', /names no repository/],
    ['oci://ghcr.io/Me/x', /`Me\/x` is no repository/],
    ['oci://ghcr.io/me/../x', /is no repository/],
    ['oci://gh cr.io/me', /is no host/],
    ['oci://user:pass@ghcr.io/me', /is no|names no/],
    ['oci://ghcr.io/me:', /`` is no tag/],
    ['oci://ghcr.io/me:a b', /is no tag/],
    ['oci://ghcr.io/me@sha256:12', /is no digest/],
  ])('is not %s', (text, said) => {
    expect(parseRegistryReference(text)).toMatch(said);
  });
});

describe('an artifact', () => {
  it('is laid out as others read it, and the same each time', () => {
    const manifest = JSON.parse(Buffer.from(artifact.manifest).toString()) as Record<
      string,
      unknown
    >;
    expect(manifest).toMatchObject({
      schemaVersion: 2,
      config: { mediaType: CONFIG_TYPE, digest: sha256(config), size: config.length },
      layers: [{ mediaType: LAYER_TYPE, digest: layerDigest, size: file.sizeBytes }],
    });
    expect(JSON.parse(Buffer.from(config).toString())).toMatchObject({
      ...{ architecture: 'wasm', os: 'wasip2', layerDigests: [layerDigest] },
      component: { exports: expect.arrayContaining(['tiercel:plugin/extractor@0.1.0']) },
    });
    expect(toArtifact(file)).toEqual(artifact);
  });

  it('is published, and fetched by tag, by digest, and as the newest', async () => {
    const { registry, host, reference } = await place(false);
    const published = await publish(reference);
    expect(published).toMatchObject({ text: `oci://${host}/a/b:1.0.0@${manifestDigest}` });
    registry.manifests.set('0.9.0', Buffer.from('{}'));
    for (const text of [':1.0.0', `@${manifestDigest}`, '', `:0.9.0@${manifestDigest}`]) {
      const fetched = await fetchIt(refer(`oci://${host}/a/b${text}`));
      expect(fetched).toBe(layerDigest);
    }
    // What is there is not sent again.
    registry.requests.length = 0;
    await publish({ ...reference, tag: '1.0.1' });
    expect(registry.requests.filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it('does not take the place of another one under its tag, unless that is wanted', async () => {
    const { registry, reference } = await place();
    expect(await publish(reference)).toMatchObject({ tag: '1.0.0' });
    registry.manifests.set('1.0.0', Buffer.from('{"other":true}'));
    expect(await publish(reference)).toMatch(/exists already with other contents/);
    expect(await publish(reference, true)).toMatchObject({ tag: '1.0.0' });
  });

  it('has so many tags at most, over all pages', async () => {
    const more = Array.from({ length: 10_000 }, (_, at) => `0.0.${at}`);
    let pages = 0;
    const { registry, reference } = await place();
    registry.before = ({ url = '' }, response) => {
      if (!url.includes('tags/list')) return false;
      pages += 1;
      response.setHeader('link', `</v2/a/b/tags/list?last=${pages}>; rel="next"`);
      response.end(JSON.stringify({ tags: more }));
      return true;
    };
    expect(await listTags(reference)).toMatch(/has more than 50000 tags: name one$/);
    expect(pages).toBe(6);
  });

  it('has tags on several pages', async () => {
    const { registry, reference } = await place();
    registry.before = ({ url = '' }, response) => {
      if (!url.includes('tags/list')) return false;
      const isFirst = !url.includes('last=');
      if (isFirst) response.setHeader('link', `</v2/a/b/tags/list?last=1>; rel="next"`);
      response.end(JSON.stringify({ tags: isFirst ? ['1.0.0', 'x'] : ['1.10.0', '1.9.0'] }));
      return true;
    };
    const tags = await listTags(reference);
    expect(tags).toEqual(['1.0.0', 'x', '1.10.0', '1.9.0']);
    expect(newestVersion(tags as string[])).toBe('1.10.0');
  });
});
