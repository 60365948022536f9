/* The guide of the cloudtrail plugin: what can be pasted from it does what it says, and its policies suffice. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { postSoon } from '../support/post.ts';
import { runLive } from '../support/run-live.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { type S3Service, startS3 } from '../support/s3-service.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const guide = readFileSync(join(REPOSITORY, 'plugins-wasm/bundled/cloudtrail/README.md'), 'utf8');
/** By the name behind its language. */
const files = new Map(
  [...guide.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]),
);
const folder = scratchFolder('cloud-guide');
const ALERTING = JSON.stringify({
  eventVersion: '1.08',
  userIdentity: { type: 'IAMUser', userName: 'eve', accountId: '123456789012' },
  eventTime: '2026-01-01T00:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  awsRegion: 'us-east-1',
  sourceIPAddress: '198.51.100.7',
  eventType: 'AwsApiCall',
});
const KEY =
  'AWSLogs/123456789012/CloudTrail/eu-central-1/DAY/123456789012_CloudTrail_eu-central-1_TIMEZ_x.json';

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

let cloud: S3Service;
beforeAll(async () => {
  cloud = await startS3();
  await cloud.createBucket('my-trail');
  const now = new Date().toISOString();
  const time = now.replaceAll(/[-:]/g, '').slice(0, 13);
  const key = KEY.replace('DAY', now.slice(0, 10).replaceAll('-', '/')).replace('TIME', time);
  await cloud.put('my-trail', key, `{"Records":[${ALERTING}]}`);
  await cloud.createQueue('trail-objects');
  const place = { bucket: { name: 'my-trail' }, object: { key } };
  const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: place };
  await cloud.send('trail-objects', JSON.stringify({ Records: [record] }));
});
afterAll(() => cloud.stop());

const textOf = (name: string): string => {
  const text = files.get(name);
  if (text === undefined) throw new Error(`the guide has no ${name}`);
  return text;
};

describe('the guide', () => {
  it('has policies for what is asked of the services, and for nothing else', () => {
    const place = join(REPOSITORY, 'engine/store/aws');
    const code = readdirSync(place).map((name) => readFileSync(join(place, name), 'utf8'));
    const asked = new Set(
      [...code.join('').matchAll(/'(s3:(?:Get|List)\w+|sqs:\w+)'/g)].map((match) => match[1]),
    );
    const allowed = ['queue-reader.json', 'bucket-reader.json'].flatMap((name) =>
      (JSON.parse(textOf(name)) as Policy).Statement.flatMap(({ Action }) => Action),
    );
    expect([...new Set(allowed)].sort()).toEqual([...asked].sort());
  });

  it('has a policy and a notification of the same queue', () => {
    const { QueueConfigurations } = JSON.parse(textOf('notification.json'));
    const { Statement } = JSON.parse(textOf('queue-policy.json'));
    expect(QueueConfigurations[0].QueueArn).toBe(Statement[0].Resource);
    expect(textOf('queue-reader.json')).toContain(Statement[0].Resource);
  });

  it('reads a queue', async () => {
    const command = /tiercel (run cloudtrail sqs:\S+ --json)/.exec(guide)?.[1] ?? '';
    const { stdout } = await runLive(
      [...command.split(' '), ...cloud.args],
      async ({ until }) => {
        await until('StopLogging');
        while ((await cloud.depth('trail-objects')) > 0);
      },
      { env: cloud.env },
    );
    expect(stdout).toContain('"source":"aws_cloudtrail"');
  });

  it('looks at a bucket', async () => {
    const config = folder.write('bucket.yaml', textOf('bucket.yaml'));
    const data = ['-o', `data_dir=${join(folder.path, 'data')}`];
    const args = ['run', '-c', config, ...data, ...cloud.args];
    const { stdout } = await runLive(args, ({ until }) => until('StopLogging'), { env: cloud.env });
    expect(stdout).toContain('call=StopLogging');
  });

  it('listens', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'tiercel' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const port = await freePort();
    const text = textOf('webhook.yaml')
      .replace('0.0.0.0:8443', `127.0.0.1:${port}`)
      .replace('/etc/tiercel/server.pem', folder.write('server.pem', key + cert))
      .replace('/etc/tiercel/token', folder.write('token', 'open-sesame\n'));
    const config = folder.write('webhook.yaml', text);
    const body = /--data '(.*?)'/.exec(guide)?.[1] ?? '';
    const url = `https://127.0.0.1:${port}/cloudtrail`;
    const { stdout } = await runLive(['run', '-c', config], async () => {
      const headers = { authorization: 'Bearer open-sesame' };
      expect((await postSoon(url, body, { ca: cert, headers })).status).toBe(200);
      expect((await postSoon(url, ALERTING, { ca: cert, headers })).status).toBe(200);
    });
    expect(stdout).toContain('StopLogging');
    expect(stdout).toContain('"uuid":');
  });
});
