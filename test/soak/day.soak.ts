/*
 * A day of traffic, 1,000 events a second, in ten minutes: objects of five minutes' share that a queue announces, read
 * by the built program. Every event once, nothing left in the queue, memory flat. MINUTES says how long it takes.
 */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runLive } from '../support/run-live.ts';
import { startS3 } from '../support/s3-service.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const MINUTES = Number(process.env.MINUTES ?? 10);
const DAY_IN_MINUTES = 10;
const EVENTS = (86_400 * 1_000 * MINUTES) / DAY_IN_MINUTES;
const EVENTS_AN_OBJECT = 10_000;
/** More events than are remembered by their ids lie between two that are the same. */
const OBJECTS = 40;
const ALERT_EVERY = 1_000;
const SAMPLE_MS = 5_000;
/** Largest growth from the middle third of the samples to the last one, by their medians. */
const GROWTH_MAX_MIB = 30;

const scratch = scratchFolder('day');
const rules = scratch.write(
  'rules.yaml',
  `- rule: A
  desc: d
  condition: ct.name = Wanted and ct.user = mallory
  output: "%ct.id"
  priority: INFO
  source: aws_cloudtrail
`,
);

function makeObject(number: number): Buffer {
  const records = Array.from({ length: EVENTS_AN_OBJECT }, (_, index) => ({
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      accountId: '123456789012',
      arn: `arn:aws:iam::123456789012:user/user-${index % 97}`,
      userName: index % ALERT_EVERY === 0 ? 'mallory' : `user-${index % 97}`,
    },
    eventTime: '2026-01-01T00:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: index % ALERT_EVERY === 0 ? 'Wanted' : 'GetObject',
    awsRegion: 'eu-central-1',
    sourceIPAddress: `198.51.100.${index % 251}`,
    requestParameters: { bucketName: 'invoices', key: `2026/${index}.pdf` },
    eventID: `${number}-${index}`,
    eventType: 'AwsApiCall',
  }));
  return gzipSync(JSON.stringify({ Records: records }));
}

const mibOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

describe.skipIf(process.platform !== 'linux')('a day of traffic', () => {
  it('is read as it comes, with the same memory', async () => {
    const s3 = await startS3();
    await s3.createBucket('day');
    await s3.createQueue('day');
    for (let number = 0; number < OBJECTS; number++)
      await s3.put('day', `${number}.json.gz`, makeObject(number));
    const messages = Math.ceil(EVENTS / EVENTS_AN_OBJECT);
    const samples: number[] = [];
    let behind = 0;
    const args = ['run', 'cloudtrail', 'sqs://day', ...s3.args, '-r', rules, '--json'];
    const { stdout, stderr, code } = await runLive(
      args,
      async ({ child }) => {
        const startedMs = performance.now();
        const sampling = setInterval(() => samples.push(mibOf(child.pid ?? 0)), SAMPLE_MS);
        for (let sent = 0; sent < messages; sent++) {
          const dueMs = (sent * MINUTES * 60_000) / messages - (performance.now() - startedMs);
          if (dueMs > 0) await sleep(dueMs);
          else behind = Math.max(behind, -dueMs);
          const place = { bucket: { name: 'day' }, object: { key: `${sent % OBJECTS}.json.gz` } };
          const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: place };
          await s3.send('day', JSON.stringify({ Records: [record] }));
        }
        while ((await s3.depth('day')) > 0) await sleep(100);
        clearInterval(sampling);
      },
      { env: s3.env },
    );
    await s3.stop();
    const third = Math.floor(samples.length / 3);
    const middle = median(samples.slice(third, 2 * third));
    const last = median(samples.slice(2 * third));
    console.log(
      `${EVENTS.toLocaleString('en')} events in ${MINUTES} minutes, the sender at most ${Math.round(behind)} ms late;` +
        ` MiB: ${samples.map(Math.round).join(' ')}\n${stderr}`,
    );
    expect(stdout.match(/"output":/g)).toHaveLength((messages * EVENTS_AN_OBJECT) / ALERT_EVERY);
    expect(code).toBe(0);
    expect(last - middle).toBeLessThan(GROWTH_MAX_MIB);
  });
});
