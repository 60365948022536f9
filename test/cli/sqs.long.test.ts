/* `sqs://NAME`: objects that messages announce, from real services on loopback. A message is gone when its alerts are out. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LiveProgram, runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { type S3Service, startS3 } from '../support/s3-service.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('sqs');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "<%ct.name>", priority: INFO, source: aws_cloudtrail}\n',
);
let cloud: S3Service;

beforeAll(async () => {
  cloud = await startS3();
  await cloud.createBucket('trail');
});
beforeEach(() => cloud.injectFaults(() => undefined));
afterAll(() => cloud.stop());

const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}`;
const logOf = (...names: string[]): Uint8Array =>
  gzipSync(`{"Records":[${names.map(record).join()}]}`);
const live = (queue: string, act: (program: LiveProgram) => Promise<void>, ...more: string[]) =>
  runLive(['run', 'cloudtrail', `sqs://${queue}`, '-r', rules, ...cloud.args, ...more], act, {
    env: cloud.env,
  });
const bySns = (message: unknown): string =>
  JSON.stringify({ Type: 'Notification', Message: JSON.stringify(message) });
const byS3 = (key: string, eventName = 'ObjectCreated:Put'): unknown => ({
  Records: [
    { eventSource: 'aws:s3', eventName, s3: { bucket: { name: 'trail' }, object: { key } } },
  ],
});
const ofTrail = (...keys: string[]): unknown => ({ s3Bucket: 'trail', s3ObjectKey: keys });
/** Resolves when the queue is empty. */
async function emptied(queue: string): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    if ((await cloud.depth(queue)) === 0) return;
    await sleep(50);
  }
  expect(await cloud.depth(queue)).toBe(0);
}

describe('a queue', () => {
  it('announces objects in every form that there is', async () => {
    await cloud.createQueue('forms');
    const forms: Readonly<Record<string, string>> = {
      s3: JSON.stringify(byS3('day/a+b%3D1.json.gz')),
      s3BySns: bySns(byS3('two.json.gz')),
      eventBridge: JSON.stringify({
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: { bucket: { name: 'trail' }, object: { key: 'a+c.json.gz' } },
      }),
      trail: bySns(ofTrail('four.json.gz', 'five.json.gz')),
      bare: JSON.stringify(ofTrail('six.json.gz')),
      test: JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' }),
      made: JSON.stringify({ Type: 'Notification', Message: 'CloudTrail validation message.' }),
      removed: JSON.stringify(byS3('gone.json.gz', 'ObjectRemoved:Delete')),
      event: JSON.stringify({
        'detail-type': 'AWS API Call via CloudTrail',
        detail: JSON.parse(record('Direct')),
      }),
    };
    const keys = ['day/a b=1', 'two', 'a+c', 'four', 'five', 'six'];
    for (const key of keys) await cloud.put('trail', `${key}.json.gz`, logOf(`E ${key}`));
    const { code, stdout, stderr } = await live('forms', async ({ until }) => {
      for (const body of Object.values(forms)) await cloud.send('forms', body);
      for (const key of keys) await until(`<E ${key}>`);
      await until('<Direct>');
      await emptied('forms');
    });
    expect(stdout.trim().split('\n')).toHaveLength(7);
    expect(stderr).not.toContain('not read');
    expect(stderr).toContain('cloudtrail: 6 objects fetched, 9 messages received, 9 deleted\n');
    expect(code).toBe(0);
  });

  it('keeps a message until its alerts are out, and gives it to the next run', async () => {
    await cloud.createQueue('kept');
    await cloud.put('trail', 'kept.json.gz', logOf('Kept'));
    await cloud.send('kept', bySns(ofTrail('kept.json.gz')));
    // The service may give it to whoever waited last and is gone.
    const soon = ['-o', 'aws.visibility_timeout=2'];
    const out = [...soon, '-o', 'stdout_output.enabled=false', '-o', 'file_output.enabled=true'];
    // The device is full: the alert goes nowhere.
    const full = await live(
      'kept',
      async ({ child }) => void (await new Promise((resolve) => child.once('exit', resolve))),
      ...[...out, '-o', 'file_output.filename=/dev/full'],
    );
    expect(full.code).toBe(3);
    expect(await cloud.depth('kept')).toBe(1);
    const { stdout } = await live(
      'kept',
      async ({ until }) => {
        await until('<Kept>');
        await emptied('kept');
      },
      ...soon,
    );
    expect(stdout).toContain('<Kept>');
  });

  it('gives a message again when its object cannot be read, and others meanwhile', async () => {
    await cloud.createQueue('again');
    await cloud.send('again', bySns(ofTrail('late.json.gz')));
    const { code, stderr } = await live('again', async ({ until }) => {
      await until('s3://trail/late.json.gz: does not exist; retried in 5 s');
      await cloud.put('trail', 'other.json.gz', logOf('Other'));
      await cloud.send('again', bySns(ofTrail('other.json.gz')));
      await until('<Other>');
      await cloud.put('trail', 'late.json.gz', logOf('Late'));
      await until('<Late>');
      await emptied('again');
    });
    expect(stderr).toMatch(/^1 warning about the input$/m);
    expect(code).toBe(0);
  });

  it('that holds what nobody can read: set aside, or left where it is', async () => {
    await cloud.createQueue('poison');
    await cloud.send('poison', 'no JSON');
    const left = await live('poison', ({ until }) => until('is not JSON; the message is left'));
    expect(left.code).toBe(3);
    expect(await cloud.depth('poison')).toBe(1);
    await cloud.createQueue('poison2');
    await cloud.send('poison2', 'no JSON');
    await cloud.send('poison2', JSON.stringify(ofTrail('')));
    const letters = join(folder.path, 'letters');
    const kept = await live(
      'poison2',
      () => emptied('poison2'),
      '-o',
      `dead_letter_file=${letters}`,
    );
    expect(kept.stderr).toContain(`2 messages set aside in ${letters}`);
    expect(kept.code).toBe(3);
    const lines = readFileSync(letters, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { stream: 'cloudtrail', queue: 'sqs://poison2', reason: 'is not JSON', body: 'no JSON' },
      { reason: 'announces an object without bucket or key' },
    ]);
    const again = await runProgram(['run', '--from-dead-letter', letters, '-r', rules]);
    expect(again.stderr).toContain('letters:1: is a message of a queue: send it there again');
  });

  it.each(
    sampled(
      [
        ['throttling', 'ReceiveMessage', 400, 'ThrottlingException', 8],
        ['an internal error', 'ReceiveMessage', 500, 'InternalError', 8],
        ['keys that have expired', 'ReceiveMessage', 403, 'ExpiredToken', 2],
        ['a clock that is off', 'ReceiveMessage', 403, 'RequestTimeTooSkewed', 2],
        ['deleting that fails', 'DeleteMessageBatch', 500, 'InternalError', 8],
        ['deleting that is denied', 'DeleteMessageBatch', 403, 'AccessDenied', 1],
      ],
      2,
    ),
  )('continues after %s', async (_, action, status, code, count) => {
    const queue = `fault-${code}-${action}`;
    await cloud.createQueue(queue);
    await cloud.put('trail', `${queue}.json.gz`, logOf('Before'));
    await cloud.send(queue, bySns(ofTrail(`${queue}.json.gz`)));
    let faults = 0;
    const { code: exit, stdout } = await live(
      queue,
      async ({ until }) => {
        cloud.injectFaults((_name, headers) => {
          const isIt = String(headers['x-amz-target']).endsWith(action) && faults < count;
          if (!isIt) return undefined;
          faults += 1;
          return { kind: 'answer', status, code };
        });
        await until('<Before>');
        await cloud.put('trail', `${queue}-2.json.gz`, logOf('Behind'));
        await cloud.send(queue, bySns(ofTrail(`${queue}-2.json.gz`)));
        await until('<Behind>');
        await emptied(queue);
      },
      ...['-o', 'aws.visibility_timeout=2'],
    );
    expect(faults).toBeGreaterThan(0);
    expect(stdout).toContain('<Before>');
    expect(stdout).toContain('<Behind>');
    expect(exit).toBe(0);
  });

  it('gives a message again when it may not say how soon', async () => {
    await cloud.createQueue('hidden');
    await cloud.send('hidden', bySns(ofTrail('hidden.json.gz')));
    cloud.injectFaults((_name, headers) =>
      String(headers['x-amz-target']).endsWith('ChangeMessageVisibilityBatch')
        ? { kind: 'answer', status: 403, code: 'AccessDenied' }
        : undefined,
    );
    const { stdout } = await live(
      'hidden',
      async ({ until }) => {
        await until('`sqs:ChangeMessageVisibility` is not allowed');
        await cloud.put('trail', 'hidden.json.gz', logOf('Hidden'));
        await until('<Hidden>');
        await emptied('hidden');
      },
      ...['-o', 'aws.visibility_timeout=2'],
    );
    expect(stdout).toContain('<Hidden>');
  });

  it('keeps what a service fails to give for longer than a message is tried', async () => {
    await cloud.createQueue('outage');
    await cloud.put('trail', 'outage.json.gz', logOf('After'));
    cloud.injectFaults((request) =>
      request.includes('outage.json.gz')
        ? { kind: 'answer', status: 403, code: 'ExpiredToken' }
        : undefined,
    );
    await cloud.send('outage', bySns(ofTrail('outage.json.gz')));
    const { stdout, stderr, code } = await live('outage', async ({ until }) => {
      await until('no valid credentials: made; retried in 5 s');
      cloud.injectFaults(() => undefined);
      await until('<After>');
      await emptied('outage');
    });
    expect(stdout).toContain('<After>');
    expect(stderr).not.toContain('not read');
    expect(code).toBe(0);
  });

  it('that does not exist, or is not a queue, is reported at once', async () => {
    const run = (location: string) =>
      runProgram(['run', 'cloudtrail', location, '-r', rules, ...cloud.args], { env: cloud.env });
    const missing = await run('sqs://missing');
    expect(missing.stderr).toContain('queue `missing` does not exist');
    expect(missing.code).toBe(1);
    const odd = await run('sqs://a/b');
    expect(odd.stderr).toContain('`a/b` is not a name of a queue');
    expect(odd.code).toBe(1);
    cloud.injectFaults((request) =>
      request === 'POST /' ? { kind: 'answer', status: 403, code: 'AccessDenied' } : undefined,
    );
    const denied = await run('sqs://forms');
    expect(denied.stderr).toContain('access denied: `sqs:GetQueueUrl` is not allowed');
    expect(denied.code).toBe(1);
  });
});
