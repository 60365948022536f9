import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedPlugin } from '../../engine/plugin/prepare/prepared-plugin.ts';
import { preparePluginNamed, readLocation } from '../support/read-with-plugin.ts';
import { REPOSITORY } from '../support/run-program.ts';

/** Prepared inputs that a log reader must survive; beside the repository, and not part of it. */
const HOSTILE = join(REPOSITORY, '../shared/data/hostile');
const cache = mkdtempSync(join(tmpdir(), 'tiercel-hostile-logs-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** File number, events delivered, parts reported as lost. */
const ROWS: [file: string, events: number, lost: number][] = [
  ['001', 0, 0],
  ['002', 0, 0],
  ['003', 0, 1],
  ['004', 0, 0],
  ['005', 109, 1],
  ['006', 109, 2],
  ['007', 5, 0],
  ['008', 5, 0],
  ['009', 5, 0],
  ['010', 9, 0],
  ['011', 5, 0],
  ['012', 3, 1],
  ['013', 5, 1],
  ['014', 50, 1],
  ['015', 3, 0],
  ['016', 3, 0],
  ['017', 0, 1],
  ['018', 2, 0],
  ['019', 0, 1],
  ['020', 0, 1],
  ['030', 2, 0],
  ['031', 3, 0],
  ['032', 3, 0],
  ['033', 4, 0],
  ['035', 0, 1],
  ['037', 3, 0],
  ['038', 3, 0],
  ['039', 3, 0],
  ['040', 2, 0],
  ['041', 2, 1],
  ['042', 2, 2],
  ['043', 2, 0],
  ['044', 2, 0],
  ['045', 3, 0],
  ['046', 3, 1],
  ['047', 4, 0],
  ['050', 3, 0],
  ['053', 2, 1],
  ['054', 3, 0],
  ['055', 3, 0],
  ['056', 7, 0],
  ['057', 3, 0],
  ['058', 3, 0],
  ['060', 3, 0],
  ['061', 3, 0],
  ['062', 2, 0],
  ['063', 2, 10],
  ['064', 13, 0],
  ['065', 1, 1],
  ['066', 88, 0],
  ['070', 0, 1],
  ['071', 0, 1],
  ['072', 0, 1],
  ['073', 0, 1],
  ['074', 0, 0],
  ['076', 3, 0],
  ['077', 0, 1],
  ['078', 1, 0],
  ['079', 2, 0],
  ['080', 2, 0],
  ['081', 4, 0],
  ['082', 4, 0],
  ['083', 4, 0],
  ['084', 0, 1],
  ['085', 2, 0],
  ['086', 32, 0],
  ['087', 5, 0],
  ['088', 4, 0],
  ['089', 0, 0],
  ['110', 0, 1],
  ['112', 0, 0],
  ['113', 0, 2],
  ['130', 2, 1],
  ['131', 2, 0],
];

describe('hostile logs', () => {
  let plugin: PreparedPlugin;
  beforeAll(async () => {
    plugin = await preparePluginNamed('cloudtrail', cache);
  });

  it.each(ROWS)('%s: %i events, %i parts lost', (number, events, lost) => {
    const name = readdirSync(HOSTILE).find((entry) => entry.startsWith(number)) ?? '';
    const result = readLocation(plugin, join(HOSTILE, name));
    expect([result.events.length, result.lost.length]).toEqual([events, lost]);
  });

  it('keeps characters whole that lie across members of a gzip file', () => {
    const name = readdirSync(HOSTILE).find((entry) => entry.startsWith('011')) ?? '';
    const [first] = readLocation(plugin, join(HOSTILE, name)).events;
    expect(JSON.parse(first ?? '')).toMatchObject({ userAgent: 'née ☃ 𝄞 agent' });
  });

  it('reads every layout of real CloudTrail logs without loss', () => {
    const counts = ['AWSLogs', 'stratus', 'falco', 'lookup-events'].map((name) => {
      const { events, lost } = readLocation(plugin, join(HOSTILE, '../cloudtrail', name));
      return [name, events.length, lost.length];
    });
    expect(counts).toEqual([
      ['AWSLogs', 2904, 0],
      ['stratus', 142, 0],
      ['falco', 2, 0],
      ['lookup-events', 6, 0],
    ]);
  });
});
