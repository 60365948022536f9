/* Hostile events, made of the ordinary ones. */

import { seededRandom } from './seeded-random.ts';

const SEED = 1;
const MUTATIONS = 400;
const LONG = 1 << 20;

export interface HostileEvent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function hostileEvents(events: readonly Uint8Array[]): HostileEvent[] {
  const first = events[0] ?? new Uint8Array();
  const text = (name: string, value: string): HostileEvent => ({
    name,
    bytes: new Uint8Array(Buffer.from(value)),
  });
  const made: HostileEvent[] = [
    text('an empty event', ''),
    text('a blank', ' '),
    text('a line end', '\n'),
    { name: 'a NUL', bytes: new Uint8Array(1) },
    {
      name: 'bytes that are no UTF-8',
      bytes: Uint8Array.of(0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf8),
    },
    { name: 'every byte there is', bytes: Uint8Array.from({ length: 256 }, (_, at) => at) },
    text('an open object', '{"a":{"a":'),
    text('100,000 open brackets', '['.repeat(100_000)),
    text('100,000 open objects', '{"a":'.repeat(100_000)),
    text('a quote that is not closed', `{"a":"${'x'.repeat(1000)}`),
    text('broken escapes', '{"a":"\\ud800\\u12","b":"\\"}'),
    text('a large number', `{"a":${'9'.repeat(10_000)},"b":1e999}`),
    text('a number', '18446744073709551616'),
  ];
  for (const byte of [0x20, 0x22, 0x30, 0x3d, 0x5b, 0x5c, 0x61, 0xff])
    made.push({ name: `1 MiB of the byte ${byte}`, bytes: new Uint8Array(LONG).fill(byte) });
  for (let size = 1; size < Math.min(first.length, 300); size++)
    made.push({ name: `the first ${size} bytes of an event`, bytes: first.slice(0, size) });
  made.push({
    name: 'an event a hundred times',
    bytes: new Uint8Array(Buffer.concat(Array<Uint8Array>(100).fill(first))),
  });
  const random = seededRandom(SEED);
  for (let number = 0; number < MUTATIONS && events.length > 0; number++) {
    const event = events[random(events.length)] ?? first;
    made.push({ name: `mutation ${number} of an event`, bytes: mutate(event, random) });
  }
  return made;
}

/** One to four changes: bytes replaced, taken out, moved, put in. */
export function mutate(event: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = [...event];
  for (let change = 0; change <= random(4); change++) {
    const at = random(Math.max(1, bytes.length));
    const kind = random(4);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes.splice(at, 1 + random(8));
    else if (kind === 2) bytes = [...bytes.slice(0, at), ...bytes.slice(random(at + 1))];
    else bytes.splice(at, 0, ...Array.from({ length: 1 + random(4) }, () => random(256)));
  }
  return Uint8Array.from(bytes.slice(0, 2 * event.length + 100));
}
