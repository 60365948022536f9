/*
 * An event that some rules were not evaluated for, because a plugin could not take it: one JSON line with all that is
 * needed to evaluate it again.
 *
 *   { "stream": NAME, "source": NAME, "event": NUMBER, "time": TEXT, "firstTime": TEXT,
 *     "faults": [{ "plugin": NAME, "kind": KIND, "message": TEXT }], "rules": [NAME], "bytes": BASE64 }
 *
 * A message of a queue that nobody could read is another line in the same file:
 *
 *   { "stream": NAME, "queue": LOCATION, "id": TEXT, "reason": TEXT, "body": TEXT }
 *
 * Both end in `"crc32": TEXT`, the CRC-32 of the line before it in hexadecimal; lines without one are read as they are.
 * Times are nanoseconds since 1970 as decimal text; `firstTime` is that of the first event of the stream (for
 * `evt.reltime`). `rules` are those that were not evaluated.
 */

import * as v from 'valibot';
import { hasChecksum, withChecksum } from '../../base/json-line.ts';
import { BASE64, parseOwnJson, TIME_TEXT } from '../../base/own-json.ts';

export interface LetterFault {
  readonly plugin: string;
  /** As in `PluginFaultKind`, or `quarantined`: the plugin was not called any more. */
  readonly kind: string;
  readonly message: string;
}

export interface DeadLetter {
  readonly stream: string;
  readonly source: string;
  /** 1-based, in its stream. */
  readonly event: number;
  readonly time: bigint;
  readonly firstTime: bigint;
  readonly faults: readonly LetterFault[];
  readonly rules: readonly string[];
  readonly bytes: Uint8Array;
}

export interface MessageLetter {
  readonly stream: string;
  /** Location of the queue that it was in, as `sqs://NAME`, and its name there. */
  readonly queue: string;
  readonly id: string;
  readonly reason: string;
  readonly body: string;
}

/** Without a line end. */
export function writeMessageLetter({ stream, queue, id, reason, body }: MessageLetter): string {
  return withChecksum({ stream, queue, id, reason, body });
}

export function isMessageLetter(line: string): boolean {
  return parseOwnJson(MESSAGE_LETTER, line) !== undefined;
}

const MESSAGE_LETTER = v.object({ queue: v.string(), id: v.string(), body: v.string() });

/** Without a line end. */
export function writeDeadLetter({ time, firstTime, bytes, ...letter }: DeadLetter): string {
  const { stream, source, event, faults, rules } = letter;
  return withChecksum({
    stream,
    source,
    event,
    time: time.toString(),
    firstTime: firstTime.toString(),
    faults,
    rules,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  });
}

const DEAD_LETTER = v.object({
  stream: v.string(),
  source: v.string(),
  event: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  time: TIME_TEXT,
  firstTime: TIME_TEXT,
  faults: v.array(v.object({ plugin: v.string(), kind: v.string(), message: v.string() })),
  rules: v.array(v.string()),
  bytes: BASE64,
});

/** Parses one line; `undefined` if it is not a dead letter, or was changed after it was written. */
export function parseDeadLetter(line: string): DeadLetter | undefined {
  return hasChecksum(line) ? parseOwnJson(DEAD_LETTER, line) : undefined;
}
