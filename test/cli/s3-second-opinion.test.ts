/* The same of another service with S3's interface (s3rver, files on a disk): what we take for S3's rules is not one's own. */

import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLive } from '../support/run-live.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const SAMPLES = join(REPOSITORY, 'rules/samples/AWSLogs');
const KEY = 'S3RVER';
const folder = scratchFolder('second');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "<%ct.name>", priority: INFO, source: aws_cloudtrail}\n',
);
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;
const namesIn = (stdout: string): string[] =>
  [...stdout.matchAll(/<([\w ]+)>/g)].map((match) => match[1] ?? '');
const env = {
  AWS_ACCESS_KEY_ID: KEY,
  AWS_SECRET_ACCESS_KEY: KEY,
  AWS_EC2_METADATA_DISABLED: 'true',
};
let server: S3rver;
let client: S3Client;
let args: string[];

async function put(bucket: string, key: string, body: string | Uint8Array): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

beforeAll(async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const directory = join(folder.path, 'server');
  mkdirSync(directory);
  server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory });
  const { port }: AddressInfo = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  args = ['-o', `aws.endpoint=${endpoint}`, '-o', 'aws.region=us-east-1'];
  client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: KEY, secretAccessKey: KEY },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  for (const Bucket of ['logs', 'many', 'follow'])
    await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

describe('another service', () => {
  it('gives the alerts of the folder that was copied there', async () => {
    for (const name of readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })) {
      const path = join(SAMPLES, name);
      if (statSync(path).isFile()) await put('logs', `AWSLogs/${name}`, readFileSync(path));
    }
    const expected = await runProgram(['run', 'cloudtrail', SAMPLES, '--json']);
    const { stdout, code } = await runProgram(
      ['run', 'cloudtrail', 's3://logs/AWSLogs/', '--json', ...args],
      { env },
    );
    expect(stdout).toBe(expected.stdout);
    expect(code).toBe(0);
  });

  // Its tokens for further pages need a cipher that Node has not any more: all of it is on one page.
  it('has keys that it does not encode', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `E ${String(index).padStart(4, '0')}`);
    for (const name of names) await put('many', `day+1/${name}.json.gz`, gzipSync(record(name)));
    const { stdout, code } = await runProgram(
      ['run', 'cloudtrail', 's3://many', '-r', rules, ...args],
      { env },
    );
    expect(namesIn(stdout)).toEqual(names);
    expect(code).toBe(0);
  });

  it('is followed', async () => {
    await put('follow', 'b.json', record('B'));
    const { stdout } = await runLive(
      [
        ...['run', 'cloudtrail', 's3://follow', '--follow', '-r', rules, ...args],
        ...['-o', 'aws.poll_interval=1'],
      ],
      async ({ until }) => {
        await until('<B>');
        await put('follow', 'a.json', record('A'));
        await until('<A>');
      },
      { env },
    );
    expect(namesIn(stdout)).toEqual(['B', 'A']);
  });
});
