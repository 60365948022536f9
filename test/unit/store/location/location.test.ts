/* What texts are locations, in what form they are kept, and what each kind says of itself. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkLocation,
  measureLocation,
  parseLocation,
  supplyOf,
} from '../../../../engine/store/location/location.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { locationOf, NOBODY_ELSE } from '../../../support/store-root.ts';

const folder = scratchFolder('location');
const LONG = `/${'x'.repeat(120)}`;

describe('a text is a location', () => {
  it.each([
    ['-', 'standard-input', '-', 'once'],
    ['/dev/stdin', 'standard-input', '-', 'once'],
    ['/dev/fd/0', 'standard-input', '-', 'once'],
    ['events.jsonl', 'path', '/base/events.jsonl', 'stored'],
    ['../a:b', 'path', '/a:b', 'stored'],
    ['/logs/', 'path', '/logs', 'stored'],
    ['-x', 'path', '/base/-x', 'stored'],
    ['unix:s', 'socket', 'unix:/base/s', 'live'],
    ['unix:/run/s', 'socket', 'unix:/run/s', 'live'],
    ['unix:///run/s', 'socket', 'unix:/run/s', 'live'],
    ['s3://logs', 'bucket', 's3://logs', 'stored'],
    ['s3://logs/AWSLogs/1', 'bucket', 's3://logs/AWSLogs/1', 'stored'],
    ['sqs://trail.fifo', 'queue', 'sqs://trail.fifo', 'inbox'],
    ['http://127.0.0.1:80/in', 'webhook', 'http://127.0.0.1:80/in', 'inbox'],
    ['https://:443', 'webhook', 'https://:443', 'inbox'],
  ])('%s', (text, kind, kept, supply) => {
    const location = parseLocation(text, '/base');
    expect(location).toMatchObject({ kind, text: kept });
    expect(location.kind === 'invalid' ? undefined : supplyOf(location)).toBe(supply);
    // What was parsed once means the same from anywhere.
    expect(parseLocation(location.text, '/elsewhere')).toEqual(location);
  });

  it('with parts that need not be read again', () => {
    expect(locationOf('s3://logs/a/b')).toMatchObject({ bucket: 'logs', prefix: 'a/b' });
    expect(locationOf('s3://logs')).toMatchObject({ bucket: 'logs', prefix: '' });
    expect(locationOf('sqs://trail')).toMatchObject({ name: 'trail' });
    expect(locationOf('http://[::1]:8080')).toMatchObject({
      ...{ isSecure: false, host: '::1', port: 8080, path: '/' },
    });
    expect(locationOf('https://:1/a/')).toMatchObject({
      ...{ isSecure: true, host: undefined, port: 1, path: '/a/' },
    });
  });
});

describe('a text is not a location', () => {
  it.each([
    ['', 'no location was given'],
    ['ftp://host/a', 'such a location is not supported'],
    ['unix:', 'no path was given'],
    ['unix://', 'no path was given'],
    ['s3://', 'no bucket was named'],
    ['s3:///a', 'no bucket was named'],
    ['s3://Logs', '`Logs` is not a name of a bucket'],
    ['sqs://', 'no queue was named'],
    ['sqs://a b', '`a b` is not a name of a queue'],
    ['http://host', 'not an address of this machine'],
    ['http://host:0/', 'not an address of this machine'],
    ['https://host:65536/', 'not an address of this machine'],
    ['http://host:1/a?b', 'not an address of this machine'],
  ])('%s', (text, what) => {
    const location = parseLocation(text, '/base');
    expect(location).toMatchObject({ kind: 'invalid', text });
    expect(location.kind === 'invalid' ? location.what : '').toContain(what);
    const found = checkLocation(location, { pluginName: 'p', webhook: NOBODY_ELSE });
    expect(found).toMatchObject([{ kind: 'unreadable' }]);
  });
});

describe('a location is examined', () => {
  const file = folder.write('there/file', '12345');
  const secret = {
    ...{ path: '/in', type: 'bearer' as const, header: 'h' },
    ...{ secret: undefined, secretFile: join(folder.path, 'none') },
  };
  it.each<[name: string, text: string, found: string[], authentication?: (typeof secret)[]]>([
    ['a file', file, []],
    ['a folder', folder.path, []],
    ['standard input', '-', []],
    ['what is not there', join(folder.path, 'none'), ['it does not exist']],
    ['what is below a file', join(file, 'below'), ['it does not exist']],
    ['a device', '/dev/null', ['it is a device, not a file or a folder']],
    ['a socket that can be made', `unix:${join(folder.path, 's')}`, []],
    ['a socket in no folder', 'unix:/nowhere/s', ['/nowhere does not exist']],
    ['a socket where a file is', `unix:${file}`, ['it exists and is not a socket']],
    ['a socket with a long path', `unix:${LONG}`, ['the path of a socket has at most 107 bytes']],
    ['a webhook for this machine', 'http://127.0.0.1:1/in', []],
    ['one for all', 'http://:1/in', ['everybody who reaches it can send events']],
    ['https without a certificate', 'https://:1/in', ['https needs `webhook.ssl_certificate`']],
    ['without its secret', 'http://:1/in', [`${secret.secretFile} cannot be read`], [secret]],
  ])('%s', (_, text, found, authentication = []) => {
    const context = { pluginName: 'p', webhook: { ...NOBODY_ELSE, authentication } };
    const findings = checkLocation(locationOf(text), context);
    expect(findings.map(({ what }) => what)).toEqual(found);
  });

  it('for its size, where that is known', async () => {
    expect(await measureLocation(locationOf(file))).toBe(5);
    expect(await measureLocation(locationOf(join(folder.path, 'there')))).toBe(5);
    for (const text of ['-', 's3://logs/a', 'unix:s', join(folder.path, 'none')])
      expect(await measureLocation(locationOf(text))).toBeUndefined();
  });
});
