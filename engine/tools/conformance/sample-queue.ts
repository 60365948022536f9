/*
 * The messages of a trial, in memory: what a plugin is given through the interface `queue`, and what became of them.
 * Each line of a sample is a message: its body, or `{"attributes": {NAME: VALUE}, "body": TEXT OR JSON}`.
 */

import type { PluginQueue } from '../../plugin/host/host-services.ts';
import type { QueueMessage } from '../../store/protocol/queue-message.ts';
import { StoreError } from '../../store/store-error.ts';
import type { SampleFile, StoreHabits } from './sample-store.ts';

export interface SampleQueue extends PluginQueue {
  /** All of them were received. */
  readonly isEmpty: boolean;
  /** Numbers of messages, from 0. */
  readonly done: ReadonlySet<number>;
  readonly retried: ReadonlySet<number>;
}

/** As those of an engine that runs for the first time. */
const FIRST_HANDLE = 1n << 32n;

/** `pieceSize`: messages of an answer; `breaksAt`: so many messages come before a call that fails. */
export function createSampleQueue(
  messages: readonly Omit<QueueMessage, 'handle'>[],
  { pieceSize = Number.POSITIVE_INFINITY, waitsEvery = 0, breaksAt }: StoreHabits = {},
): SampleQueue {
  let given = 0;
  let calls = 0;
  let hasBroken = false;
  const settled = { done: new Set<number>(), retry: new Set<number>() };
  return {
    get isEmpty() {
      return given === messages.length;
    },
    done: settled.done,
    retried: settled.retry,
    receive: (_root, max) => {
      calls += 1;
      if (waitsEvery > 0 && calls % waitsEvery === 0) return [];
      if (!hasBroken && max > 0 && breaksAt !== undefined && given >= breaksAt) {
        hasBroken = true;
        throw new StoreError('io', 'the queue does not answer');
      }
      const end = Math.min(given + Math.min(max, pieceSize), breaksAt ?? messages.length);
      const from = given;
      given = hasBroken ? Math.min(given + max, messages.length) : Math.min(end, messages.length);
      return messages
        .slice(from, given)
        .map((message, at) => ({ ...message, handle: FIRST_HANDLE + BigInt(from + at) }));
    },
    settle: (_root, handles, fate) => {
      for (const handle of handles) settled[fate].add(Number(handle - FIRST_HANDLE));
    },
  };
}

export function messagesOf(files: readonly SampleFile[]): Omit<QueueMessage, 'handle'>[] {
  return files.flatMap(({ bytes }) => linesOf(Buffer.from(bytes)).map(toMessage));
}

/** The line that the body could be part of; bytes that are not UTF-8 are dropped. */
export function asLine({ body, attributes }: Omit<QueueMessage, 'handle'>): Uint8Array {
  const text = Buffer.from(body).toString();
  const line = JSON.stringify({ attributes: Object.fromEntries(attributes), body: text });
  return new Uint8Array(Buffer.from(`${line}\n`));
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    if (end > start) lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

interface WrittenMessage {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

function toMessage(line: Buffer): Omit<QueueMessage, 'handle'> {
  const written = parse(line);
  if (written?.body === undefined) return { body: Uint8Array.from(line), attributes: [] };
  const { attributes = {}, body } = written;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    body: new Uint8Array(Buffer.from(text)),
    attributes: Object.entries(attributes).map(([name, value]) => [name, String(value)]),
  };
}

/** `undefined`: it is a body. */
function parse(line: Buffer): WrittenMessage | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const names = Object.keys(value);
    return names.every((name) => name === 'body' || name === 'attributes') ? value : undefined;
  } catch {
    return undefined;
  }
}
