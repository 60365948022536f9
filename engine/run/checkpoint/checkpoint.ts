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

import { areTexts, fieldsOf, isTimeText } from '../../base/json-fields.ts';
import { hasChecksum, withChecksum } from '../../base/json-line.ts';
import { parseKeptRoot, writeKeptRoot } from '../../store/protocol/kept-root.ts';
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

/** Parses a checkpoint; `undefined` if it has another format, or was changed after it was written. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  if (!hasChecksum(text.trimEnd())) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { format, stream, openParams, plugin, state, followed } = fieldsOf(read);
  const { name, version, digest } = fieldsOf(plugin);
  const parsed = parseState(fieldsOf(state));
  if (format !== FORMAT || parsed === undefined) return undefined;
  if (!areTexts([stream, openParams, name, version, digest])) return undefined;
  const roots = mapValues(fieldsOf(followed), parseKeptRoot);
  if (!areAllThere(roots)) return undefined;
  return {
    stream: String(stream),
    openParams: String(openParams),
    plugin: { name: String(name), version: String(version), digest: String(digest) },
    state: parsed,
    followed: followed === undefined ? undefined : roots,
  };
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}

function areAllThere<Value>(
  values: Readonly<Record<string, Value | undefined>>,
): values is Readonly<Record<string, Value>> {
  return Object.values(values).every((value) => value !== undefined);
}

function parseState(fields: ReturnType<typeof fieldsOf>): StreamState | undefined {
  const { position, run, events, bytes, eventsWithoutTime, firstTime, latestTime } = fields;
  const times = [firstTime, latestTime].filter((time) => time !== undefined);
  if (!areTexts([position ?? '']) || !times.every(isTimeText)) return undefined;
  if (![run, events, bytes, eventsWithoutTime].every((one) => Number.isSafeInteger(one)))
    return undefined;
  return {
    position: position === undefined ? undefined : Buffer.from(String(position), 'base64'),
    run: Number(run),
    events: Number(events),
    bytes: Number(bytes),
    eventsWithoutTime: Number(eventsWithoutTime),
    firstTime: firstTime === undefined ? undefined : BigInt(String(firstTime)),
    latestTime: latestTime === undefined ? undefined : BigInt(String(latestTime)),
  };
}
