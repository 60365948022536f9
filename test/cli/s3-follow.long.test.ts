/* A bucket that is followed: what was there, and then what comes, each object once. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LiveProgram, runLive } from '../support/run-live.ts';
import { type S3Service, startS3 } from '../support/s3-service.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('s3-follow');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "<%ct.name>", priority: INFO, source: aws_cloudtrail}\n',
);
let s3: S3Service;
let buckets = 0;

beforeAll(async () => {
  s3 = await startS3();
});
beforeEach(() => s3.injectFaults(() => undefined));
afterAll(() => s3.stop());

const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;
const namesIn = (stdout: string): string[] =>
  [...stdout.matchAll(/<(\w+)>/g)].map((match) => match[1] ?? '');

async function createBucket(...names: string[]): Promise<string> {
  buckets += 1;
  const bucket = `followed-${buckets}`;
  await s3.createBucket(bucket);
  for (const name of names) await s3.put(bucket, `${name}.json`, record(name));
  return bucket;
}

const follow = (
  location: string,
  act: (program: LiveProgram) => Promise<void>,
  more: readonly string[] = [],
) => {
  const args = ['run', 'cloudtrail', location, '--follow', '-r', rules, ...s3.args, ...more];
  return runLive([...args, '-o', 'aws.poll_interval=1'], act, { env: s3.env });
};

describe('a bucket that is followed', () => {
  it('gives what was there, and then what comes: late, between, and once more', async () => {
    const bucket = await createBucket('B', 'D');
    const { stdout, code } = await follow(`s3://${bucket}`, async ({ until }) => {
      await until('<D>');
      for (const name of ['E', 'A', 'C']) {
        await s3.put(bucket, `${name}.json`, record(name));
        await until(`<${name}>`);
      }
      await s3.put(bucket, 'B.json', record('Again'));
      await until('<Again>');
      // Long enough for another look.
      await sleep(1_500);
    });
    expect(namesIn(stdout)).toEqual(['B', 'D', 'E', 'A', 'C', 'Again']);
    expect(code).toBe(0);
  });

  it('may be empty, and may be one object', async () => {
    const bucket = await createBucket();
    const { stdout } = await follow(`s3://${bucket}/day/one`, async ({ until, ...program }) => {
      await sleep(500);
      expect(program.child.exitCode).toBeNull();
      await s3.put(bucket, 'day/one', record('One'));
      await until('<One>');
      await s3.put(bucket, 'day/one.json', record('More'));
      await until('<More>');
    });
    expect(namesIn(stdout)).toEqual(['One', 'More']);
  });

  it('goes on where another run ended', async () => {
    const bucket = await createBucket('B', 'D');
    const data = ['-o', `data_dir=${join(folder.path, 'data')}`];
    const first = await follow(`s3://${bucket}`, ({ until }) => until('<D>'), data);
    for (const name of ['A', 'C', 'E']) await s3.put(bucket, `${name}.json`, record(name));
    const second = await follow(`s3://${bucket}`, ({ until }) => until('<E>'), data);
    expect(namesIn(first.stdout)).toEqual(['B', 'D']);
    expect(namesIn(second.stdout)).toEqual(['A', 'C', 'E']);
  });

  it('loses nothing when it is killed', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `N${index + 100}`);
    const bucket = await createBucket();
    await Promise.all(names.map((name) => s3.put(bucket, `${name}.json`, record(name))));
    const data = ['-o', `data_dir=${join(folder.path, 'killed')}`];
    const seen: string[] = [];
    for (const until of ['<N101>', '<N150>', '<N399>']) {
      const act = async (program: LiveProgram): Promise<void> => {
        // One that was killed may have given and kept everything by then.
        await program.until(seen.includes('N399') ? 'CHECKPOINT_RESUMED' : until);
        program.child.kill('SIGKILL');
      };
      const { stdout } = await follow(`s3://${bucket}`, act, data);
      seen.push(...namesIn(stdout));
    }
    expect([...new Set(seen)].sort()).toEqual(names);
  });

  it('waits for a service that fails for a while', async () => {
    const bucket = await createBucket('A', 'B', 'C');
    const { stdout, stderr, code } = await follow(`s3://${bucket}`, async ({ until }) => {
      await until('<C>');
      s3.injectFaults(() => ({ kind: 'answer', status: 403, code: 'ExpiredToken' }));
      await s3.put(bucket, 'D.json', record('D'));
      await until('; retried');
      s3.injectFaults((request) =>
        request.includes('/D.json')
          ? { kind: 'answer', status: 403, code: 'ExpiredToken' }
          : undefined,
      );
      await sleep(1_500);
      s3.injectFaults(() => undefined);
      await until('<D>');
    });
    expect(namesIn(stdout)).toEqual(['A', 'B', 'C', 'D']);
    expect(stderr).toContain('no valid credentials: made; retried');
    expect(code).toBe(0);
  });

  it('continues after an object that may not be read', async () => {
    const bucket = await createBucket('A', 'B', 'C');
    s3.injectFaults((request) =>
      request.includes('/B.json')
        ? { kind: 'answer', status: 403, code: 'AccessDenied' }
        : undefined,
    );
    const { stdout, stderr, code } = await follow(`s3://${bucket}`, ({ until }) => until('<C>'));
    expect(namesIn(stdout)).toEqual(['A', 'C']);
    expect(stderr).toContain('B.json: access denied');
    expect(code).toBe(3);
  });

  it('is an error when it is not there', async () => {
    const { stderr, code } = await follow('s3://no-such-bucket', ({ until }) =>
      until('does not exist'),
    );
    expect(stderr).toContain('bucket `no-such-bucket` does not exist');
    expect(code).not.toBe(0);
  });

  it('is read for the days and accounts that are wanted', async () => {
    const bucket = await createBucket();
    const put = async (account: string, day: string, name: string): Promise<void> => {
      const date = day.replaceAll('/', '');
      const file = `${account}_CloudTrail_eu-west-1_${date}T0005Z_x.json`;
      const key = `AWSLogs/${account}/CloudTrail/eu-west-1/${day}/${file}`;
      await s3.put(bucket, key, record(name));
    };
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    await put('111111111111', '2025/11/30', 'Old');
    await put('111111111111', today, 'One');
    await put('222222222222', today, 'Unwanted');
    await put('333333333333', '2025/12/01', 'Old');
    await put('333333333333', today, 'Three');
    const init = { s3Interval: '2d', s3AccountList: '111111111111,333333333333' };
    const open = `s3://${bucket}/`;
    const plugins = [{ name: 'cloudtrail', init_config: init, open_params: open }];
    const args = ['run', '--follow', '-r', rules, ...s3.args, '-o', 'aws.poll_interval=1'];
    const act = async ({ until }: LiveProgram): Promise<void> => {
      await until('<Three>');
      await put('111111111111', today, 'More');
      await until('<More>');
    };
    const { stdout } = await runLive([...args, '-o', `plugins=${JSON.stringify(plugins)}`], act, {
      env: s3.env,
    });
    expect(namesIn(stdout)).toEqual(['One', 'Three', 'More']);
  });
});
