/*
 * Where a stream stood when its outputs last had everything: one JSON file a stream in `data_dir/checkpoints`, replaced
 * as a whole. Format 1:
 *
 *   { "format": 1, "stream": NAME, "openParams": TEXT, "plugin": { "name", "version", "digest" },
 *     "state": { "position": BASE64, "run", "events", "bytes", "eventsWithoutTime",
 *       "firstTime": TEXT, "latestTime": TEXT },
 *     "followed": { ROOT: { "files", "runs", "lastNumber" } or { "runs", "unread", "sweep", "lastNumber" } } }
 *
 * Times are nanoseconds since 1970 as decimal text; they, and the position, are absent before the first event.
 * `followed` is there of streams that are followed; see follow-state.ts and bucket-state.ts.
 */

import * as v from 'valibot';
import { hasChecksum, withChecksum } from '../../base/json-line.ts';
import { BASE64, orAbsent, parseOwnJson, TIME_TEXT } from '../../base/own-json.ts';
import { writeKeptRoot } from '../../store/protocol/kept-root.ts';
import { KEPT_ROOT } from '../../store/protocol/kept-root-schema.ts';
import type { FollowedRoots } from '../../store/protocol/store-protocol.ts';
import type { StreamState } from '../stream/stream-protocol.ts';

const FORMAT = 1;

/** What a position belongs to. */
export interface CheckpointOwner {
  readonly stream: string;
  readonly openParams: string;
  readonly plugin: { readonly name: string; readonly version: string; readonly digest: string };
}

export interface Checkpoint extends CheckpointOwner {
  readonly state: StreamState;
  /** `undefined`: the stream was not followed. */
  readonly followed: FollowedRoots | undefined;
}

export function writeCheckpointText(
  owner: CheckpointOwner,
  state: StreamState,
  followed?: FollowedRoots,
): string {
  const { position, firstTime, latestTime, ...counts } = state;
  const text = {
    format: FORMAT,
    ...owner,
    state: {
      position: position && Buffer.from(position).toString('base64'),
      ...counts,
      firstTime: firstTime?.toString(),
      latestTime: latestTime?.toString(),
    },
    followed: followed && mapValues(followed, writeKeptRoot),
  };
  return `${withChecksum(text)}\n`;
}

const WHOLE = v.pipe(v.number(), v.safeInteger());

const CHECKPOINT = v.object({
  format: v.literal(FORMAT),
  stream: v.string(),
  openParams: v.string(),
  plugin: v.object({ name: v.string(), version: v.string(), digest: v.string() }),
  state: v.object({
    position: orAbsent(BASE64),
    run: WHOLE,
    events: WHOLE,
    bytes: WHOLE,
    eventsWithoutTime: WHOLE,
    firstTime: orAbsent(TIME_TEXT),
    latestTime: orAbsent(TIME_TEXT),
  }),
  followed: orAbsent(v.record(v.string(), KEPT_ROOT)),
});

/** Parses a checkpoint; `undefined` if it has another format, or was changed after it was written. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  if (!hasChecksum(text.trimEnd())) return undefined;
  const read = parseOwnJson(CHECKPOINT, text);
  if (read === undefined) return undefined;
  const { format: _, ...checkpoint } = read;
  return checkpoint;
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}
