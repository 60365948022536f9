/* Grants as operators write them, and the answer to a plugin that asks for more. */

import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../../engine/plugin/file/manifest.ts';
import {
  askedCapabilities,
  exampleGrant,
  type Grant,
  mayKnowTime,
  missingCapabilities,
  NO_GRANTS,
  parseGrant,
  toGrants,
  writeGrant,
} from '../../../../engine/plugin/gate/grants.ts';

const parse = (text: string): Grant | undefined => parseGrant(text, '/base');
const grantsOf = (...texts: string[]) => toGrants(texts.flatMap((text) => parse(text) ?? []));

/** A manifest that asks for these; `openParams`: of its source. */
function asking(
  capabilities: Partial<Manifest['capabilities']>,
  openParams: 'location' | 'text' = 'location',
): Manifest {
  const all = { store: [], queue: [], clock: false, ...capabilities };
  return { capabilities: all, source: { openParams } } as unknown as Manifest;
}

describe('a grant', () => {
  it.each([
    ['clock', 'clock', 'clock'],
    ['store:lookup=./a', 'store:lookup', 'store:lookup=/base/a'],
    ['store:s=unix:./x', 'store:s', 'store:s=unix:/base/x'],
    ['store:b=s3://logs/a=b', 'store:b', 'store:b=s3://logs/a=b'],
    ['queue:mail=sqs://m', 'queue:mail', 'queue:mail=sqs://m'],
  ])('%s is of one capability, with an absolute path', (text, capability, written) => {
    const grant = parse(text);
    expect(grant?.capability).toBe(capability);
    expect(grant && writeGrant(grant)).toBe(written);
  });

  it.each(['', 'clocks', 'net:x=y', 'store', 'store:', 'store:=x', 'clock=yes'])(
    '`%s` is not one',
    (text) => {
      expect(parse(text)).toBeUndefined();
    },
  );

  it.each(['store:a', 'store:a=', 'queue:a=ftp://b'])('%s names no location', (text) => {
    expect(parse(text)).toMatchObject({ location: { kind: 'invalid' } });
  });

  it('of the same root counts when it is the last', () => {
    const { clock, stores, queues } = grantsOf('store:a=/1', 'store:a=/2', 'queue:a=sqs://q');
    expect(stores.a?.text).toBe('/2');
    expect(queues.a?.text).toBe('sqs://q');
    expect(clock).toBe(false);
  });
});

describe('a plugin', () => {
  it.each<[name: string, manifest: Manifest, grants: string[], missing: string[]]>([
    ['that asks for nothing', asking({}), [], []],
    ['has its input by naming it', asking({ store: ['input'], queue: ['input'] }), [], []],
    ['without a location has no input', asking({ store: ['input'] }, 'text'), [], ['store:input']],
    ['without its root', asking({ store: ['a'] }), ['queue:a=sqs://q'], ['store:a']],
    ['with its root', asking({ store: ['a'] }), ['store:a=/x'], []],
    ['without the time', asking({ clock: true }), [], ['clock']],
    ['that can do without the time', asking({ clock: 'optional' }), [], []],
  ])('%s', (_, manifest, grants, missing) => {
    expect(missingCapabilities(manifest, grantsOf(...grants))).toEqual(missing);
    for (const capability of missing) {
      expect(askedCapabilities(manifest)).toContain(capability);
      expect(parse(exampleGrant(capability))?.capability).toBe(capability);
    }
  });

  it('knows the time when it was granted, or when it ships with the product and asks', () => {
    expect(mayKnowTime(asking({ clock: true }), NO_GRANTS, false)).toBe(false);
    expect(mayKnowTime(asking({ clock: true }), grantsOf('clock'), false)).toBe(true);
    expect(mayKnowTime(asking({ clock: 'optional' }), NO_GRANTS, true)).toBe(true);
    expect(mayKnowTime(asking({}), NO_GRANTS, true)).toBe(false);
  });
});
