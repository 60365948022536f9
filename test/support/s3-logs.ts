/* The sample logs in a bucket, and runs over them. */

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { REPOSITORY, runProgram } from './run-program.ts';
import { type S3Service, startS3 } from './s3-service.ts';
import { scratchFolder } from './scratch-folder.ts';

export const SAMPLES = join(REPOSITORY, 'rules/samples/AWSLogs');
export const folder = scratchFolder('s3');
export const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "%ct.name", priority: INFO, source: aws_cloudtrail}\n',
);
export let s3: S3Service;

beforeAll(async () => {
  s3 = await startS3();
  await s3.createBucket('logs');
  await s3.putFolder('logs', 'AWSLogs/', SAMPLES);
  await s3.createBucket('three');
  for (const name of ['A', 'B', 'C']) await s3.put('three', `${name}.json`, record(name));
});
beforeEach(() => s3.injectFaults(() => undefined));
afterAll(() => s3.stop());

export const run = (location: string, ...more: string[]) =>
  runProgram(['run', 'cloudtrail', location, ...s3.args, ...more], { env: s3.env });
export const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;
export const namesIn = (stdout: string): string[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-1) ?? '');
