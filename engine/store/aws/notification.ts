/*
 * What a message of a queue says. Objects of a bucket are announced in four forms, each of them by itself or in an
 * envelope of SNS:
 *
 *   S3          { "Records": [{ "eventSource": "aws:s3", "eventName", "s3": PLACE }] }
 *   EventBridge { "source": "aws.s3", "detail-type": "Object Created", "detail": PLACE }
 *   CloudTrail  { "s3Bucket", "s3ObjectKey": [KEY] }
 *   SNS         { "Type": "Notification", "Message": TEXT }
 *
 * where PLACE is { "bucket": { "name" }, "object": { "key" } }. Keys are URL-encoded in S3's own form and in no other.
 * Any other object or array is taken for events themselves, as EventBridge sends them, and so are lines of JSON, as
 * Firehose and log shippers write them.
 */

import { fieldsOf } from '../../base/json-fields.ts';
import { isBucketName } from '../location/bucket-location.ts';

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

export type Notification =
  | { readonly kind: 'objects'; readonly objects: readonly ObjectName[] }
  /** JSON text in which events may be. */
  | { readonly kind: 'events'; readonly text: string }
  /** Meant for somebody else, or a test. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Objects that are there now. */
const CREATED = /^(s3:)?ObjectCreated:/;
const NOTHING: Notification = { kind: 'nothing' };

export function readNotification(text: string): Notification {
  const found = readJson(text);
  if (found === undefined) return readLines(text) ?? unusable('is not JSON');
  const { Type: type, Message: message } = fieldsOf(found);
  if (type === 'SubscriptionConfirmation') {
    return unusable('asks to confirm a subscription of SNS: visit its SubscribeURL once');
  }
  if (type === 'UnsubscribeConfirmation') return NOTHING;
  if (type !== 'Notification' || typeof message !== 'string') return readBare(found, text);
  const inner = readJson(message);
  if (inner !== undefined) return readBare(inner, message);
  const lines = readLines(message);
  if (lines !== undefined) return lines;
  // CloudTrail's test message when a trail is made.
  if (message.startsWith('CloudTrail validation message')) return NOTHING;
  return unusable('its text in the envelope of SNS is not JSON');
}

/** `undefined`: they are no lines of JSON. */
function readLines(text: string): Notification | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || readJson(lines[0] ?? '') === undefined) return undefined;
  const wrong = lines.findIndex((line) => readJson(line) === undefined);
  return wrong === -1 ? { kind: 'events', text } : unusable(`line ${wrong + 1} of it is not JSON`);
}

function readBare(found: unknown, text: string): Notification {
  const fields = fieldsOf(found);
  if (fields.Event === 's3:TestEvent') return NOTHING;
  if (fields.s3ObjectKey !== undefined) return ofTrail(fields);
  if (fields.source === 'aws.s3') return ofEventBridge(fields);
  const { Records: records } = fields;
  if (Array.isArray(records) && fieldsOf(fieldsOf(records[0]).s3).object !== undefined)
    return ofS3(records);
  return { kind: 'events', text };
}

function ofTrail({ s3Bucket: bucket, s3ObjectKey: keys }: Record<string, unknown>): Notification {
  const list: readonly unknown[] = Array.isArray(keys) ? keys : [keys];
  return toObjects(list.map((key) => ({ bucket, key })));
}

function ofEventBridge(fields: Record<string, unknown>): Notification {
  if (fields['detail-type'] !== 'Object Created') return NOTHING;
  const { bucket, object } = fieldsOf(fields.detail);
  return toObjects([{ bucket: fieldsOf(bucket).name, key: fieldsOf(object).key }]);
}

function ofS3(records: readonly unknown[]): Notification {
  const created = records
    .map(fieldsOf)
    .filter(({ eventName }) => typeof eventName !== 'string' || CREATED.test(eventName));
  if (created.length === 0) return NOTHING;
  return toObjects(
    created.map(({ s3 }) => {
      const { bucket, object } = fieldsOf(s3);
      return { bucket: fieldsOf(bucket).name, key: decodeKey(fieldsOf(object).key) };
    }),
  );
}

function toObjects(
  named: readonly { readonly bucket: unknown; readonly key: unknown }[],
): Notification {
  const objects: ObjectName[] = [];
  for (const { bucket, key } of named) {
    if (typeof bucket !== 'string' || typeof key !== 'string' || key === '')
      return unusable('announces an object without bucket or key');
    if (!isBucketName(bucket)) return unusable(`\`${bucket}\` is no name of a bucket`);
    // Tools make empty objects in place of folders.
    if (!key.endsWith('/')) objects.push({ bucket, key });
  }
  return { kind: 'objects', objects };
}

function decodeKey(key: unknown): unknown {
  if (typeof key !== 'string') return undefined;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** An object or an array; `undefined`: something else, or no JSON. */
function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function unusable(reason: string): Notification {
  return { kind: 'unusable', reason };
}
