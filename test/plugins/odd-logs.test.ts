import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PreparedPlugin } from '../../engine/plugin/prepare/prepared-plugin.ts';
import { ODD_LOGS } from '../support/odd-logs.ts';
import { preparePluginNamed, readLocation } from '../support/read-with-plugin.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('odd-logs');

describe('odd logs', () => {
  let plugin: PreparedPlugin;
  beforeAll(async () => {
    plugin = await preparePluginNamed('cloudtrail', join(folder.path, 'cache'));
  });

  it.each(ODD_LOGS.map((log) => [log.name, log] as const))(
    '%s',
    (name, { contents, events, lost }) => {
      const isGzip = name.includes('gzip') || name.includes('member');
      const path = folder.write(isGzip ? 'log.json.gz' : 'log.json', contents);
      const result = readLocation(plugin, path);
      // How many events a cut leaves whole depends on the compressor: some, and not all.
      const isSome = events === -1 && result.events.length > 0;
      expect(
        [isSome ? -1 : result.events.length, result.lost.length],
        result.lost.join('\n'),
      ).toEqual([events, lost]);
    },
  );

  it('keeps characters whole that lie across members', () => {
    const text = Buffer.from('{"eventName":"A","userAgent":"née ☃ 𝄞"}');
    for (let cut = 25; cut < text.length; cut += 1) {
      const members = Buffer.concat([
        gzipSync(text.subarray(0, cut)),
        gzipSync(text.subarray(cut)),
      ]);
      const { events } = readLocation(plugin, folder.write('cut.json.gz', members));
      expect(JSON.parse(events[0] ?? '')).toMatchObject({ userAgent: 'née ☃ 𝄞' });
    }
  });
});
