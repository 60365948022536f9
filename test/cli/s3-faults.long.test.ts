/* Faults of the service, and locations that cannot be read. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { folder, namesIn, record, rules, run, s3 } from '../support/s3-logs.ts';
import { sampled } from '../support/sampled.ts';

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

  it.each(
    sampled(
      [
        ['throttling', answer(503, 'SlowDown')],
        ['an internal error', answer(500, 'InternalError')],
      ],
      2,
    ),
  )('%s passes by, and nothing is missing', async (_, fault) => {
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
    const { code, stdout, stderr } = await run('s3://large/', '-r', rules);
    expect(code).toBe(0);
    expect(stderr).toContain('cloudtrail: 1 object fetched, 3 requests repeated\n');
    expect(namesIn(stdout)).toEqual(names);
    expect(ranges.length).toBe(4);
    expect(ranges[3]).toMatch(/^bytes=\d{6}\d*-$/);
  });

  it.each(
    sampled(
      [
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
      ],
      2,
    ),
  )('%s costs that object alone', async (_, fault, message) => {
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

  it('keys that are not valid any more are reported', async () => {
    s3.injectFaults(() => answer(400, 'ExpiredToken'));
    const { code, stderr } = await run('s3://logs/');
    expect(stderr).toContain('no valid credentials: made');
    expect(code).toBe(1);
  });
});

describe('a location that cannot be read', () => {
  it.each(
    sampled(
      [
        ['s3://nobody/x', 'bucket `nobody` does not exist'],
        ['s3://logs/none/', 's3://logs/none/ holds no files'],
        ['s3://X/y', '`X` is not a name of a bucket'],
        ['s3://', 'no bucket was named'],
      ],
      2,
    ),
  )('%s: %s', async (location, message) => {
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
