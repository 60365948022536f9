import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedPlugin } from '../../engine/plugin/prepare/prepared-plugin.ts';
import { preparePluginNamed, readLocation } from '../support/read-with-plugin.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let plugin: PreparedPlugin;
beforeAll(async () => {
  plugin = await preparePluginNamed('cloudtrail', join(folder, 'cache'));
});

const RECORD = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';

describe('a folder', () => {
  let count = 0;
  function read(files: Record<string, string | Uint8Array>): ReturnType<typeof readLocation> {
    count += 1;
    const location = join(folder, `folder-${count}`);
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(dirname(join(location, name)), { recursive: true });
      writeFileSync(join(location, name), contents);
    }
    return readLocation(plugin, location);
  }

  const likeLogs: [name: string, contents: string | Uint8Array][] = [
    ['events', RECORD],
    ['events.txt', `  \n ${RECORD}`],
    ['events.json.1', `\ufeff{"Records":[${RECORD}]}`],
    ['000000', gzipSync(`2026-01-01T00:00:00.000Z ${RECORD}`)],
    ['array.bak', `[\n  ${RECORD}\n]`],
  ];
  it.each(likeLogs)('is read where %s begins like a log', (name, contents) => {
    expect(read({ [name]: contents }).events).toHaveLength(1);
    expect(read({ [name]: contents, 'a.json': RECORD }).events).toHaveLength(2);
  });

  it.each([
    ['README', '# Logs'],
    ['README.md', '[![badge](x)](y)'],
    ['data.csv', 'eventname,eventtime\nA,2026'],
    ['image.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47)],
    ['archive.zip', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)],
    ['empty', ''],
    ['script.sh', '{ echo; }'],
  ])('leaves out %s, alone or with others, and says so once', (name, contents) => {
    const { events, lost, warnings } = read({ [name]: contents, 'a.json': RECORD });
    expect(events).toEqual([RECORD]);
    expect(lost).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`1 file was left out (${name})`)]);
    expect(() => read({ [name]: contents })).toThrow(`1 file was left out (${name})`);
  });

  it('counts all that were left out and names a few', () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`n${at}.txt`, 'x']));
    const { warnings } = read({ ...files, 'a.json': RECORD });
    expect(warnings).toEqual([
      expect.stringContaining('9 files were left out (n0.txt, n1.txt, n2.txt, n3.txt, n4.txt, …)'),
    ]);
  });

  it('without files cannot be opened', () => {
    mkdirSync(join(folder, 'nothing'));
    expect(() => readLocation(plugin, join(folder, 'nothing'))).toThrow('holds no files');
  });

  it('of digests alone holds no logs', () => {
    expect(() => read({ 'AWSLogs/1/CloudTrail-Digest/d.json.gz': '' })).toThrow('holds no logs');
  });

  it('is read with a warning beside its digests', () => {
    expect(read({ 'x/CloudTrail-Digest/d.json': RECORD, 'x/a.json': RECORD }).events).toEqual([
      RECORD,
    ]);
  });

  it('loses what links lead out of it, and says so', () => {
    const outside = join(folder, 'outside.json');
    writeFileSync(outside, RECORD);
    const location = join(folder, 'linked');
    mkdirSync(join(location, 'inner'), { recursive: true });
    writeFileSync(join(location, 'a.json'), RECORD);
    symlinkSync(outside, join(location, 'link.json'));
    symlinkSync(folder, join(location, 'links'));
    symlinkSync(join(location, 'inner'), join(location, 'same'));
    const { events, lost, warnings } = readLocation(plugin, location);
    expect(events).toEqual([RECORD]);
    expect(lost).toEqual(['left out: a link out of the folder', 'left out: a link to a folder']);
    expect(warnings).toEqual(['left out: a link to a folder']);
  });

  it('that is one file is read whatever its name and its first bytes', () => {
    const path = join(folder, 'notes.txt');
    writeFileSync(path, `notes\n${RECORD}`);
    const { events, lost } = readLocation(plugin, path);
    expect([events, lost.length]).toEqual([[RECORD], 1]);
  });
});
