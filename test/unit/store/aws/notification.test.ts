/* What a message of a queue says, whoever wrote it. */

import { describe, expect, it } from 'vitest';
import { readNotification } from '../../../../engine/store/aws/notification.ts';

const s3 = (key: unknown, eventName = 'ObjectCreated:Put', bucket: unknown = 'trail'): object => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: bucket }, object: { key } },
});
const bySns = (message: unknown): object => ({
  Type: 'Notification',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
});
const said = (message: unknown): unknown => {
  const found = readNotification(typeof message === 'string' ? message : JSON.stringify(message));
  if (found.kind === 'objects') return found.objects.map(({ bucket, key }) => `${bucket}/${key}`);
  return found.kind === 'unusable' ? found.reason : found.kind;
};

describe('a notification', () => {
  it.each<[name: string, message: unknown, meaning: unknown]>([
    [
      'of S3',
      { Records: [s3('a.json.gz'), s3('b.json.gz')] },
      ['trail/a.json.gz', 'trail/b.json.gz'],
    ],
    ['of S3, with a key that is encoded', { Records: [s3('a+b%2Bc%C3%A9')] }, ['trail/a b+cé']],
    ['of S3, with its newer prefix', { Records: [s3('a', 's3:ObjectCreated:Put')] }, ['trail/a']],
    ['of S3, of something else', { Records: [s3('a', 'ObjectRemoved:Delete')] }, 'nothing'],
    ['of S3, by SNS', bySns({ Records: [s3('a')] }), ['trail/a']],
    ['of S3, a test', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' }, 'nothing'],
    [
      'of EventBridge',
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: { bucket: { name: 'trail' }, object: { key: 'a+b%20c' } },
      },
      ['trail/a+b%20c'],
    ],
    ['of CloudTrail', { s3Bucket: 'trail', s3ObjectKey: ['a', 'b'] }, ['trail/a', 'trail/b']],
    ['of CloudTrail, by SNS', bySns({ s3Bucket: 'trail', s3ObjectKey: ['a'] }), ['trail/a']],
    ['of CloudTrail, a test', bySns('CloudTrail validation message.'), 'nothing'],
    ['that is an event', { eventName: 'A', eventTime: '2026-01-01T00:00:00Z' }, 'events'],
    ['that is events', [{ eventName: 'A' }], 'events'],
    ['that is lines of events', '{"eventName":"A"}\n{"eventName":"B"}\n', 'events'],
    ['that is lines of events, by SNS', bySns('{"eventName":"A"}\n\n{"eventName":"B"}'), 'events'],
    ['that is lines, one of which is wrong', '{"a":1}\n{"b":', 'line 2 of it is not JSON'],
    ['that is a log without events', { Records: [] }, 'events'],
    ['of CloudTrail, with one key', { s3Bucket: 'trail', s3ObjectKey: 'a' }, ['trail/a']],
  ])('%s', (_, message, meaning) => {
    expect(said(message)).toEqual(meaning);
  });

  it.each<[name: string, message: unknown]>([
    ['no JSON', 'no JSON'],
    ['a number', '7'],
    ['nothing at all', ''],
    ['a subscription to confirm', { Type: 'SubscriptionConfirmation', Message: 'x' }],
    ['a bucket that can be none', { Records: [s3('a', 'ObjectCreated:Put', '../x')] }],
    ['a key that is no text', { Records: [s3(7)] }],
    ['a key that is encoded wrongly', { Records: [s3('%E0%A4%A')] }],
    ['a key that is a number', { s3Bucket: 'trail', s3ObjectKey: [7] }],
  ])('is of no use: %s', (_, message) => {
    const found = readNotification(typeof message === 'string' ? message : JSON.stringify(message));
    expect(found.kind).toBe('unusable');
  });
});
