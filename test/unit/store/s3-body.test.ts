/* What a body in S3 does that does not come as it should. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Service as Connected, connectS3 } from '../../../engine/store/aws/aws-client.ts';
import { S3Body } from '../../../engine/store/aws/s3-body.ts';
import { createCounts } from '../../../engine/store/service-counts.ts';
import { type S3Service, startS3 } from '../../support/s3-service.ts';

let service: S3Service;
let connected: Connected;

beforeAll(async () => {
  service = await startS3();
  await service.createBucket('bodies');
  const access = {
    profile: undefined,
    region: 'eu-central-1',
    endpoint: service.endpoint,
    isPathStyle: true,
    concurrency: 2,
    queues: { ownerAccount: undefined, isDeleting: true, visibilitySeconds: 60 },
    polling: { intervalMs: 1_000, lookBackMs: 60_000 },
    environment: service.env,
  };
  connected = await connectS3(access, createCounts());
});
afterAll(() => service.stop());

/** `stepMs`: what passes at each look at the clock. */
function open(key: string, stepMs = 0): Promise<S3Body> {
  let now = 0;
  const monotonicMs = (): number => {
    now += stepMs;
    return now;
  };
  return S3Body.open(connected, { bucket: 'bodies', key }, { nowMs: () => 0, monotonicMs });
}

async function readAll(body: S3Body): Promise<string> {
  const room = new Uint8Array(4096);
  let text = '';
  for (let size = await body.read(room); size > 0; size = await body.read(room))
    text += Buffer.from(room.subarray(0, size)).toString();
  await body.close();
  return text;
}

describe('a body in S3', () => {
  it('is read from where it was asked for, and ends behind its end', async () => {
    await service.put('bodies', 'digits', '0123456789');
    const body = await open('digits');
    expect(body.size).toBe(10);
    expect(body.seek(7)).toBe(7);
    expect(await readAll(body)).toBe('789');
    const beyond = await open('digits');
    beyond.seek(50);
    expect(await readAll(beyond)).toBe('');
  });

  it('that is another one when it is fetched again costs the object', async () => {
    await service.put('bodies', 'changes', 'x'.repeat(200_000));
    let isFirst = true;
    service.injectFaults((name) => {
      if (!name.includes('changes') || !isFirst) return undefined;
      isFirst = false;
      return { kind: 'cut', after: 70_000 };
    });
    const body = await open('changes');
    const room = new Uint8Array(10);
    await body.read(room);
    await service.put('bodies', 'changes', 'y'.repeat(200_000));
    await expect(readAll(body)).rejects.toThrow('changed while it was read');
    service.injectFaults(() => undefined);
  });

  it('that drips, attempt after attempt, costs the object', async () => {
    await service.put('bodies', 'drips', 'x'.repeat(40_000));
    const body = await open('drips', 31_000);
    await expect(readAll(body)).rejects.toThrow(/broke off at byte 0: fewer than 64 KiB in 30 s/);
    await body.close();
  });
});
