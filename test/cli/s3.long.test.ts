/* Locations in S3, read from a real service on loopback; what goes wrong there costs no more than it must. */

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { folder, namesIn, record, rules, run, SAMPLES, s3 } from '../support/s3-logs.ts';
import { sampled } from '../support/sampled.ts';

describe('a location in S3', () => {
  it('gives the alerts of the folder that was copied there', async () => {
    const expected = await runProgram(['run', 'cloudtrail', SAMPLES, '--json']);
    for (const location of ['s3://logs/AWSLogs/', 's3://logs/AWSLogs', 's3://logs']) {
      const { code, stdout } = await run(location, '--json');
      expect(stdout).toBe(expected.stdout);
      expect(code).toBe(0);
    }
  });

  it('may be one object, of any name, and a prefix that ends within a name', async () => {
    await s3.createBucket('odd');
    await s3.put('odd', 'day/one', gzipSync(record('One')));
    await s3.put('odd', 'day/one-more.json', record('More'));
    await s3.put('odd', 'day/two.json', record('Two'));
    await s3.put('odd', 'day/', '');
    expect(namesIn((await run('s3://odd/day/two.json', '-r', rules)).stdout)).toEqual(['Two']);
    const { stdout } = await run('s3://odd/day/one', '-r', rules);
    expect(namesIn(stdout)).toEqual(['One', 'More']);
  });

  it('is listed page after page, in the order of its keys', async () => {
    await s3.createBucket('many');
    const names = Array.from({ length: 600 }, (_, index) => `E${String(index).padStart(3, '0')}`);
    await Promise.all(names.map((name) => s3.put('many', `${name}.json`, record(name))));
    const { stdout } = await run('s3://many/', '-r', rules);
    expect(namesIn(stdout)).toEqual(names);
  });

  it('goes on where the last run ended', async () => {
    await s3.createBucket('daily');
    await s3.put('daily', '1.json', record('First'));
    const options = ['-r', rules, '-o', `data_dir=${join(folder.path, 'data')}`];
    expect(namesIn((await run('s3://daily/', ...options)).stdout)).toEqual(['First']);
    await s3.put('daily', '2.json', record('Second'));
    expect(namesIn((await run('s3://daily/', ...options)).stdout)).toEqual(['Second']);
  });
});

describe('the logs of a trail', () => {
  const key = (account: string, region: string, time: string): string => {
    const day = `${time.slice(0, 4)}/${time.slice(4, 6)}/${time.slice(6, 8)}`;
    return `CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${time}Z_x.json`;
  };
  const ONE = '111111111111';
  const TWO = '222222222222';
  const keys: Readonly<Record<string, string>> = {
    OneOld: `AWSLogs/${ONE}/${key(ONE, 'eu-central-1', '20260110T0005')}`,
    OneMorning: `AWSLogs/${ONE}/${key(ONE, 'eu-central-1', '20260120T0905')}`,
    OneEvening: `AWSLogs/${ONE}/${key(ONE, 'eu-central-1', '20260120T2105')}`,
    OneLate: `AWSLogs/${ONE}/${key(ONE, 'eu-central-1', '20260203T1200')}`,
    OneWest: `AWSLogs/${ONE}/${key(ONE, 'us-west-2', '20260120T1000')}`,
    Digest: `AWSLogs/${ONE}/CloudTrail-Digest/eu-central-1/2026/01/20/${ONE}_x.json`,
    Config: `AWSLogs/${ONE}/Config/eu-central-1/2026/1/20/${ONE}_Config.json`,
    OrgOne: `AWSLogs/o-abcdefghij/${ONE}/${key(ONE, 'eu-central-1', '20260120T1000')}`,
    OrgTwo: `AWSLogs/o-abcdefghij/${TWO}/${key(TWO, 'eu-central-1', '20260120T1000')}`,
    Two: `AWSLogs/${TWO}/${key(TWO, 'eu-central-1', '20260120T1000')}`,
    Plain: 'other/plain.json',
  };
  beforeAll(async () => {
    await s3.createBucket('trail');
    for (const [name, at] of Object.entries(keys)) await s3.put('trail', at, record(name));
  });
  const read = async (location: string, init: object, more: readonly string[] = []) => {
    const plugins = JSON.stringify([
      { name: 'cloudtrail', init_config: init, open_params: location },
    ]);
    const args = ['run', '-o', `plugins=${plugins}`, '-r', rules, ...s3.args, ...more];
    return runProgram(args, { env: s3.env });
  };

  it.each(
    sampled(
      [
        [
          'all of them',
          's3://trail/',
          {},
          'OneOld OneMorning OneEvening OneLate OneWest Two OrgOne OrgTwo Plain',
        ],
        ['an account', `s3://trail/AWSLogs/${TWO}`, {}, 'Two'],
        [
          'accounts by list',
          's3://trail/AWSLogs/',
          { s3AccountList: ` ${TWO} ,333333333333` },
          'Two OrgTwo',
        ],
        ['an organisation', 's3://trail/AWSLogs/o-abcdefghij/', {}, 'OrgOne OrgTwo'],
        [
          'since a day',
          's3://trail',
          { s3Interval: '2026-01-20' },
          'OneMorning OneEvening OneLate OneWest Two OrgOne OrgTwo Plain',
        ],
        [
          'since a minute',
          `s3://trail/AWSLogs/${ONE}/`,
          { s3Interval: '2026-01-20T10:00:00Z' },
          'OneEvening OneLate OneWest',
        ],
        [
          'one day',
          `s3://trail/AWSLogs/${ONE}/`,
          { s3Interval: '2026-01-20-2026-01-20' },
          'OneMorning OneEvening OneWest',
        ],
        [
          'hours',
          `s3://trail/AWSLogs/${ONE}/CloudTrail/`,
          { s3Interval: '2026-01-20T09-2026-01-20T10' },
          'OneMorning OneWest',
        ],
        ['the last years', `s3://trail/AWSLogs/${TWO}/`, { s3Interval: '5000w' }, 'Two'],
        [
          'one region',
          `s3://trail/AWSLogs/${ONE}/CloudTrail/us-west-2/`,
          { s3Interval: '2026-01-01' },
          'OneWest',
        ],
      ],
      2,
    ),
  )('%s are read', async (_, location, init, names) => {
    const { code, stdout, stderr } = await read(location, init);
    expect(namesIn(stdout)).toEqual(names.split(' '));
    expect(code, stderr).toBe(0);
  });

  it('that are not wanted are not asked for', async () => {
    s3.requests.length = 0;
    await read(`s3://trail/AWSLogs/${ONE}/CloudTrail/eu-central-1/`, { s3Interval: '2026-02-01' });
    const keysRead = s3.requests.filter((name) => name.includes('.json'));
    expect(keysRead.filter((name) => name.includes('2026/01'))).toEqual([]);
  });

  it.each(
    sampled(
      [
        [{ s3Interval: 'soon' }, 's3Interval `soon` is no interval'],
        [{ s3Interval: '1h-2d' }, 's3Interval `1h-2d` ends before it begins'],
        [{ s3Interval: '2026-01-20x' }, 's3Interval `2026-01-20x` is no interval'],
        [{ s3AccountList: '12' }, 's3AccountList names `12`, expected accounts of 12 digits'],
        [{ s3Interval: '1h' }, 'holds no logs that the configuration asks for'],
        [{ s3DownloadConcurrency: 0 }, 's3DownloadConcurrency'],
      ],
      2,
    ),
  )('%j is an error', async (init, message) => {
    const { code, stderr } = await read(`s3://trail/AWSLogs/${ONE}/`, init);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it('before now are those of a stranger only when it is granted the clock', async () => {
    const copy = join(folder.path, 'copy.wasm');
    copyFileSync(join(REPOSITORY, 'dist/plugins/cloudtrail.wasm'), copy);
    const plugin = (grants: string[]) => [
      '-o',
      `plugins=${JSON.stringify([
        {
          name: 'cloudtrail',
          library_path: copy,
          init_config: { s3Interval: '5000w' },
          open_params: `s3://trail/AWSLogs/${TWO}/`,
          grants,
        },
      ])}`,
    ];
    const args = (grants: string[]) => ['run', ...plugin(grants), '-r', rules, ...s3.args];
    const denied = await runProgram(args([]), { env: s3.env });
    expect(denied.stderr).toContain('needs the time of day: grant it `clock`');
    const granted = await runProgram(args(['clock']), { env: s3.env });
    expect(namesIn(granted.stdout)).toEqual(['Two']);
  });
});
