import { describe, expect, it } from 'vitest';
import { findUnusedSecrets } from '../../../../engine/run/streams/check-streams.ts';
import type { WebhookAccess } from '../../../../engine/store/location/webhook-access.ts';
import { locationOf } from '../../../support/store-root.ts';

const configOf = (...paths: (string | undefined)[]): WebhookAccess =>
  ({ authentication: paths.map((path) => ({ path, type: 'bearer' })) }) as never;

describe('a secret of a webhook', () => {
  it.each<[name: string, paths: (string | undefined)[], locations: string[], unused: string[]]>([
    ['that is for all paths fits each', [undefined], ['http://127.0.0.1:1/a'], []],
    ['fits its path', ['/a'], ['http://127.0.0.1:1/a'], []],
    ['with a slash too many fits none', ['/a/'], ['http://127.0.0.1:1/a'], ['/a/']],
    ['of another stream fits that', ['/a', '/b'], ['http://:1/a', 'https://x:2/b'], []],
    ['is no mistake where nothing listens', ['/a'], ['events.jsonl'], []],
  ])('%s', (_, paths, locations, unused) => {
    const found = findUnusedSecrets(configOf(...paths), locations.map(locationOf));
    expect(found.map(({ code }) => code)).toEqual(unused.map(() => 'WEBHOOK_SECRET_UNUSED'));
    for (const path of unused) expect(found[0]?.message).toContain(`\`${path}\``);
  });
});
