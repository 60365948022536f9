/* Locations in S3, read from a real service on loopback; what goes wrong there costs no more than it must. */

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { type S3Service, startS3 } from '../support/s3-service.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const SAMPLES = join(REPOSITORY, 'rules/samples/AWSLogs');
const folder = scratchFolder('s3');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "%ct.name", priority: INFO, source: aws_cloudtrail}\n',
);
let s3: S3Service;

beforeAll(async () => {
  s3 = await startS3();
  await s3.createBucket('logs');
  await s3.putFolder('logs', 'AWSLogs/', SAMPLES);
  await s3.createBucket('three');
  for (const name of ['A', 'B', 'C']) await s3.put('three', `${name}.json`, record(name));
});
beforeEach(() => s3.injectFaults(() => undefined));
afterAll(() => s3.stop());

const run = (location: string, ...more: string[]) =>
  runProgram(['run', 'cloudtrail', location, ...s3.args, ...more], { env: s3.env });
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;
const namesIn = (stdout: string): string[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-1) ?? '');

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

describe('a fault of the service', () => {
  const answer = (status: number, code: string) => ({ kind: 'answer', status, code }) as const;
  /** Befalls the first requests of each kind, as long as there are some left. */
  const first = (count: number, fault: ReturnType<typeof answer>) => {
    const left = new Map<string, number>();
    return (name: string) => {
      const seen = left.get(name) ?? 0;
      left.set(name, seen + 1);
      return seen < count ? fault : undefined;
    };
  };

  it.each([
    ['throttling', answer(503, 'SlowDown')],
    ['an internal error', answer(500, 'InternalError')],
  ])('%s passes by, and nothing is missing', async (_, fault) => {
    s3.injectFaults(first(2, fault));
    const { code, stdout, stderr } = await run('s3://logs/AWSLogs/', '-q');
    expect(stdout.trim().split('\n')).toHaveLength(15);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('a body that breaks off is fetched from where it broke', async () => {
    await s3.createBucket('large');
    const names = Array.from({ length: 20_000 }, (_, index) => `Event${index}`);
    await s3.put('large', 'a.json', names.map(record).join(''));
    const ranges: (string | undefined)[] = [];
    s3.injectFaults((name, { range }) => {
      if (!name.includes('a.json')) return undefined;
      ranges.push(range);
      return ranges.length <= 3 ? { kind: 'cut', after: 300_000 } : undefined;
    });
    const { code, stdout } = await run('s3://large/', '-r', rules, '-q');
    expect(code).toBe(0);
    expect(namesIn(stdout)).toEqual(names);
    expect(ranges.length).toBe(4);
    expect(ranges[3]).toMatch(/^bytes=\d{6}\d*-$/);
  });

  it.each([
    [
      'access that is denied',
      answer(403, 'AccessDenied'),
      'access denied: `s3:GetObject` is not allowed',
    ],
    ['an archived object', answer(403, 'InvalidObjectState'), 'is archived; restore it first'],
    ['an object that is gone', answer(404, 'NoSuchKey'), 'does not exist'],
    [
      'a service that goes on failing',
      answer(500, 'InternalError'),
      'the service failed (InternalError, status 500)',
    ],
  ])('%s costs that object alone', async (_, fault, message) => {
    s3.injectFaults((name) => (name.includes('B.json') ? fault : undefined));
    const { code, stdout, stderr } = await run('s3://three/', '-r', rules);
    expect(namesIn(stdout)).toEqual(['A', 'C']);
    expect(stderr).toContain(`not read: B.json: ${message}`);
    expect(code).toBe(3);
  });

  it('broken gzip costs what is broken of that object', async () => {
    await s3.createBucket('gzip');
    const whole = gzipSync(Array.from({ length: 2_000 }, (_, n) => record(`Z${n}`)).join(''));
    await s3.put('gzip', 'a.json.gz', whole.subarray(0, whole.length >> 1));
    await s3.put('gzip', 'b.json', record('Whole'));
    const { code, stdout, stderr } = await run('s3://gzip/', '-r', rules);
    expect(namesIn(stdout).at(-1)).toBe('Whole');
    expect(namesIn(stdout).length).toBeGreaterThan(100);
    expect(stderr).toMatch(/not read: a\.json\.gz.*events were read/);
    expect(code).toBe(3);
  });

  it('keys that are not valid any more are said to be so', async () => {
    s3.injectFaults(() => answer(400, 'ExpiredToken'));
    const { code, stderr } = await run('s3://logs/');
    expect(stderr).toContain('no valid credentials: made');
    expect(code).toBe(1);
  });
});

describe('a location that cannot be read', () => {
  it.each([
    ['s3://nobody/x', 'bucket `nobody` does not exist'],
    ['s3://logs/none/', 's3://logs/none/ holds no files'],
    ['s3://X/y', '`X` is no name of a bucket'],
    ['s3://', 'no bucket was named'],
  ])('%s: %s', async (location, message) => {
    const { code, stderr } = await run(location);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  it('without a region, or without credentials, says what is missing', async () => {
    const args = ['run', 'cloudtrail', 's3://logs/', '-o', `aws.endpoint=${s3.endpoint}`];
    const env = { ...s3.env, AWS_REGION: undefined, HOME: folder.path };
    expect((await runProgram(args, { env })).stderr).toContain('no region is known: set `aws:');
    const nobody = { AWS_EC2_METADATA_DISABLED: 'true', HOME: folder.path };
    const { stderr } = await runProgram([...args, '-o', 'aws.region=us-east-1'], { env: nobody });
    expect(stderr).toContain('no valid credentials: Could not load credentials');
  });

  it('is found by the profile that the init configuration names', async () => {
    const credentials = folder.write(
      'credentials',
      '[readers]\naws_access_key_id = k\naws_secret_access_key = s\n',
    );
    const config = folder.write(
      'tiercel.yaml',
      JSON.stringify({
        aws: { endpoint: s3.endpoint },
        plugins: [
          {
            name: 'cloudtrail',
            init_config: { aws: { profile: 'readers', region: 'eu-central-1', credentials } },
            open_params: 's3://logs/AWSLogs/',
          },
        ],
      }),
    );
    const env = { AWS_EC2_METADATA_DISABLED: 'true', HOME: folder.path };
    const { code, stderr } = await runProgram(['run', '-c', config], { env });
    expect(stderr).toContain('15 alerts');
    expect(code).toBe(0);
  });
});
