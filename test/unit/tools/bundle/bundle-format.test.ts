import { gunzipSync, gzipSync } from 'node:zlib';
import { createTar, parseTar } from 'nanotar';
import { describe, expect, it } from 'vitest';
import { packBundle, unpackBundle } from '../../../../engine/tools/bundle/bundle-format.ts';
import { sha256 } from '../../../support/fake-registry.ts';

/** Name of a stored file with these bytes. */
function fileName(bytes: readonly number[]): string {
  return sha256(Buffer.from(bytes)).replace(':', '-');
}

const FILES = new Map([
  ['configuration/tiercel.yaml', Buffer.from('rules_files: [a.yaml]\n')],
  ['configuration/rules/my rules.yaml', Buffer.from('[]')],
  [`store/plugins/${fileName([0, 1, 2, 255])}.wasm`, Buffer.from([0, 1, 2, 255])],
  [`store/rules/${fileName([])}.yaml`, Buffer.of()],
]);

interface Entry {
  readonly name: string;
  readonly data: string;
}

/** As it would be made, but for what a test does to it. */
function archive(entries: readonly Entry[], index?: unknown): Buffer {
  const files = entries.map(({ name, data }) => [name, sha256(Buffer.from(data))]);
  const text = JSON.stringify(index ?? { bundleVersion: 1, files: Object.fromEntries(files) });
  return gzipSync(createTar([{ name: 'bundle.json', data: text }, ...entries]));
}

const CONFIG: Entry = { name: 'configuration/tiercel.yaml', data: 'a' };

describe('a bundle', () => {
  it('has what was put into it, and the same bytes each time', () => {
    const packed = packBundle(FILES);
    expect(packBundle(new Map([...FILES].reverse()))).toEqual(packed);
    const unpacked = unpackBundle(packed);
    if (typeof unpacked === 'string') throw new Error(unpacked);
    const text = (files: ReadonlyMap<string, Uint8Array>) =>
      [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]).sort();
    expect(text(unpacked)).toEqual(text(FILES));
  });

  it('can be looked into with other tools', () => {
    const names = parseTar(Uint8Array.from(gunzipSync(packBundle(FILES)))).map(({ name }) => name);
    expect(names).toEqual(['bundle.json', ...[...FILES.keys()].sort()]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', Buffer.of(), /is no gzipped tar/],
    [
      'a plugin under the digest of another one',
      archive([CONFIG, { name: `store/plugins/${fileName([1])}.wasm`, data: 'other' }]),
      /whose name is not its digest/,
    ],
    ['a plugin', Buffer.from('\0asm'), /is no gzipped tar/],
    ['a tar that is not compressed', createTar([CONFIG]), /is no gzipped tar/],
    ['half of one', packBundle(FILES).subarray(0, -20), /is no gzipped tar/],
    ['without an index', gzipSync(createTar([CONFIG])), /has no bundle\.json/],
    [
      'without a configuration',
      archive([{ name: 'configuration/a', data: 'a' }]),
      /has no configuration/,
    ],
    [
      'of a later version',
      archive([CONFIG], { bundleVersion: 2, files: {} }),
      /is of version 2, expected 1/,
    ],
    ['with an invalid index', archive([CONFIG], []), /is of version undefined/],
    [
      'with a file too many',
      archive([CONFIG], { bundleVersion: 1, files: {} }),
      /that its index does not name/,
    ],
    [
      'with a file too few',
      archive([CONFIG], {
        bundleVersion: 1,
        files: { 'configuration/tiercel.yaml': sha256(Buffer.from('a')), 'configuration/b': 'x' },
      }),
      /lacks `configuration\/b`/,
    ],
    [
      'with a file that was changed',
      archive([CONFIG], {
        bundleVersion: 1,
        files: { 'configuration/tiercel.yaml': sha256(Buffer.from('b')) },
      }),
      /its index says/,
    ],
    ['with two of a name', archive([CONFIG, CONFIG]), /two files `configuration\/tiercel\.yaml`/],
    [
      'with a place above',
      archive([CONFIG, { name: 'configuration/../x', data: 'a' }]),
      /no place in a bundle/,
    ],
    [
      'with a place far above',
      archive([CONFIG, { name: '../../etc/cron.d/x', data: 'a' }]),
      /no place in a bundle/,
    ],
    [
      'with a place from the root',
      archive([CONFIG, { name: '/etc/passwd', data: 'a' }]),
      /no place in a bundle/,
    ],
    [
      'with a place elsewhere',
      archive([CONFIG, { name: 'elsewhere/x', data: 'a' }]),
      /no place in a bundle/,
    ],
    [
      'with a place of its own in the store',
      archive([CONFIG, { name: 'store/tiercel.lock', data: 'a' }]),
      /no place in a bundle/,
    ],
    [
      'with a name that drives a terminal',
      archive([CONFIG, { name: 'configuration/\u001b[2J', data: 'a' }]),
      /no place in a bundle/,
    ],
  ])('is not %s', (_name, bytes, said) => {
    expect(unpackBundle(bytes)).toMatch(said);
  });

  it('is not one with links', () => {
    const tar = createTar([{ name: 'bundle.json', data: '{}' }, CONFIG]);
    // The type of the second entry: a symbolic link.
    const header = Buffer.from(tar).indexOf('configuration/tiercel.yaml');
    tar[header + 156] = '2'.charCodeAt(0);
    expect(unpackBundle(gzipSync(tar))).toMatch(/which is no file|no gzipped tar/);
  });
});
