import { createHash } from 'node:crypto';

/** Namespace of alerts' names (RFC 9562, 5.5); part of the format: another one gives every alert another id. */
const NAMESPACE = Buffer.from('5b0f3c1e7f2a4d6c9e8b1a2d3c4f5e60', 'hex');
const SIZE = 16;

/**
 * UUID, version 5, over rule, source and the event's bytes: the same event read twice gives the same id, whatever its
 * number, file or time of reading.
 */
export function alertId(rule: string, source: string, event: Uint8Array): string {
  const bytes = createHash('sha1')
    .update(NAMESPACE)
    .update(`${rule}\0${source}\0`)
    .update(event)
    .digest()
    .subarray(0, SIZE);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
