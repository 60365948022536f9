/* Answers that are not what they say: of extractors column by column, of sources batch by batch. */

import { describe, expect, it } from 'vitest';
import { contain, EVENT_COUNT, HOSTILE_EXTRACTOR, HOSTILE_SOURCE } from '../support/containment.ts';
import { buildPlugin, extractorModule, sourceModule } from '../support/hostile-module.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('attacks-with-answers');

const bytesOf = (view: ArrayBufferView): string =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    .toString('hex')
    .replace(/../g, (byte) => `\\${byte}`);

/** Lists by their place in the record: what is in them, or address and length. */
type List = ArrayBufferView | readonly [address: number, length: number];

const word = (address: number, value: number): string =>
  `(i32.store (i32.const ${address}) (i32.const ${value}))`;

/** Data of lists, each at an address of its own from 65536 on, and what writes their record to 1024. */
function record(lists: readonly List[]): { readonly data: string; readonly write: string } {
  let at = 65_536;
  const data: string[] = [];
  const write: string[] = [];
  for (const [index, list] of lists.entries()) {
    const [address, length] = ArrayBuffer.isView(list)
      ? [at, list.byteLength / (list as Uint8Array).BYTES_PER_ELEMENT]
      : list;
    write.push(word(1024 + 8 * index, address), word(1028 + 8 * index, length));
    if (!ArrayBuffer.isView(list) || list.byteLength === 0) continue;
    data.push(`(data (i32.const ${at}) "${bytesOf(list)}")`);
    at += (list.byteLength + 15) & ~7;
  }
  return { data: data.join('\n'), write: write.join('\n') };
}

interface Answer {
  readonly cells?: List;
  readonly texts?: List;
  readonly numbers?: List;
  readonly lists?: List;
  readonly scratch?: List;
  readonly dictRequests?: List;
  readonly dictEnds?: List;
  readonly dictData?: List;
}

const EMPTY: List = [8, 0];
const INLINE = 0x8000_0000;
const NO_CELLS = new Uint32Array(EVENT_COUNT);
const FIRST = Uint32Array.of(INLINE, 0, 0);
const IN_SCRATCH = 0x8000_0000;

function answering(answer: Answer): string {
  const { cells = NO_CELLS, texts = EMPTY, numbers = EMPTY, lists = EMPTY } = answer;
  const { scratch = EMPTY, dictRequests = EMPTY, dictEnds = EMPTY, dictData = EMPTY } = answer;
  const all = [cells, texts, numbers, lists, scratch, dictRequests, dictEnds, dictData];
  const { data, write } = record(all);
  // As many cells as there are events, unless their number is what is wrong.
  const isRight = ArrayBuffer.isView(cells) && cells.byteLength === NO_CELLS.byteLength;
  const count = '(i32.store (i32.const 1028) (i32.shr_u (local.get $spanCount) (i32.const 1)))';
  const extract = `${write} ${isRight ? count : ''} (i32.const 1024)`;
  return extractorModule({ extract, more: data, pages: 64 });
}

type Field = { readonly type: string; readonly isList?: boolean };
const STRING: Field = { type: 'string' };
const LIST: Field = { type: 'string', isList: true };

async function extractorOf(field: Field, answer: Answer): Promise<string> {
  const described = { name: 'bad.value', description: 'never right', ...field };
  const manifest = { ...HOSTILE_EXTRACTOR, extractor: { fields: [described] } };
  return buildPlugin(folder.path, answering(answer), manifest);
}

describe('an extractor that answers', () => {
  const dictionary = (size: number, count = 1): Answer => ({
    dictRequests: new Uint16Array(count),
    dictEnds: Uint32Array.from({ length: count }, (_, at) => size * (at + 1)),
    dictData: new Uint8Array(size * count),
  });
  const rows: [what: string, field: Field, answer: Answer, said: RegExp][] = [
    ['no cells', STRING, { cells: EMPTY }, /0 cells, expected 1/],
    ['too many cells', STRING, { cells: new Uint32Array(9) }, /9 cells, expected 1/],
    ['a billion cells', STRING, { cells: [0, 0x3fff_ffff] }, /1048576 cells, expected 1/],
    ['cells from nowhere', STRING, { cells: [0xffff_fff0, 3] }, /0 cells, expected 1/],
    ['cells at an odd address', STRING, { cells: [65_537, 3] }, /is not aligned/],
    ['an unknown entry', STRING, { cells: Uint32Array.of(1, 0, 0) }, /cell 1 of request/],
    ['an unknown text', STRING, { cells: FIRST }, /inline value 0 of request 0, of 0/],
    [
      'half a text',
      STRING,
      { cells: FIRST, texts: Uint32Array.of(0) },
      /texts come in pairs, but their number is odd/,
    ],
    [
      'a text behind the events',
      STRING,
      { cells: FIRST, texts: Uint32Array.of(1_000, 1) },
      /inline text 0 ends outside/,
    ],
    [
      'a text that is longer than memory',
      STRING,
      { cells: FIRST, texts: Uint32Array.of(0, 0xffff_ffff) },
      /inline text 0 ends outside/,
    ],
    [
      'a text behind the scratch',
      STRING,
      { cells: FIRST, texts: Uint32Array.of(IN_SCRATCH, 9), scratch: new Uint8Array(8) },
      /inline text 0 ends outside/,
    ],
    [
      'a text of 4 MB for each event',
      STRING,
      {
        cells: new Uint32Array(EVENT_COUNT).fill(INLINE),
        texts: Uint32Array.of(IN_SCRATCH, 4_000_000),
        scratch: [65_536, 4_000_000],
      },
      /values of more than \d+ bytes for \d+ bytes of events/,
    ],
    [
      'an entry of a request that was not made',
      STRING,
      { ...dictionary(1), dictRequests: Uint16Array.of(7) },
      /a dictionary entry of request 7, which was not made/,
    ],
    ['an entry of 5,000 bytes', STRING, dictionary(5_000), /a dictionary entry of 5000 bytes/],
    ['70,000 entries', STRING, dictionary(1, 70_000), /more than 65536 dictionary entries/],
    [
      'entries that go backwards',
      STRING,
      { ...dictionary(4, 2), dictEnds: Uint32Array.of(4, 2) },
      /dictionary entry 1 ends at 2/,
    ],
    [
      'an entry behind its data',
      STRING,
      { ...dictionary(4), dictEnds: Uint32Array.of(9) },
      /dictionary entry 0 ends at 9/,
    ],
    [
      'more requests than ends',
      STRING,
      { ...dictionary(4), dictRequests: new Uint16Array(2) },
      /2 dictionary requests for 1 ends/,
    ],
    [
      'entries for numbers',
      { type: 'uint64' },
      dictionary(4),
      /a dictionary entry of request 0, which has numbers/,
    ],
    [
      'an unknown number',
      { type: 'uint64' },
      { cells: FIRST },
      /inline value 0 of request 0, of 0/,
    ],
    [
      'a truth of 2',
      { type: 'bool' },
      { cells: FIRST, numbers: BigUint64Array.of(2n) },
      /a bool that is neither 0 nor 1/,
    ],
    [
      'an address of five bytes',
      { type: 'ipaddr' },
      { cells: FIRST, texts: Uint32Array.of(0, 5) },
      /a value that is no ipaddr/,
    ],
    [
      'a network of three bytes',
      { type: 'ipnet' },
      { cells: FIRST, texts: Uint32Array.of(0, 3) },
      /a value that is no ipnet/,
    ],
    [
      'an entry where a list belongs',
      LIST,
      { ...dictionary(1), cells: Uint32Array.of(1, 0, 0) },
      /cell 1/,
    ],
    [
      'a list without an end',
      LIST,
      { cells: FIRST, lists: Uint32Array.of(0xffff_ffff, 1) },
      /a list of 4294967295 elements ends outside/,
    ],
    [
      'a list with nothing in it',
      LIST,
      { cells: FIRST, lists: Uint32Array.of(1, 0) },
      /list element 0/,
    ],
    [
      'a list with an unknown text',
      LIST,
      { cells: FIRST, lists: Uint32Array.of(1, INLINE + 9) },
      /list element with inline value 9, of 0/,
    ],
    [
      'the same long list for each event',
      LIST,
      {
        cells: new Uint32Array(EVENT_COUNT).fill(INLINE),
        lists: new Uint32Array(20_001).fill(INLINE).fill(20_000, 0, 1),
        texts: Uint32Array.of(0, 0),
      },
      /values of more than \d+ bytes/,
    ],
  ];
  it.each(sampled(rows, 4))('%s', async (_what, field, answer, said) => {
    const path = await extractorOf(field, answer);
    await contain(path, 'extractor', { code: 3, said });
  });

  it('text that is not UTF-8, and drives the terminal: it is printed harmlessly', async () => {
    const scratch = Buffer.from('ff1b5d303b4f574e454407e280ae9b33316d', 'hex');
    const path = await extractorOf(STRING, {
      cells: FIRST,
      texts: Uint32Array.of(IN_SCRATCH, scratch.length),
      scratch,
    });
    // Nobody is guilty.
    const expected = { code: 0, said: /^3 events/m, isNamed: false };
    const { stdout, stderr } = await contain(path, 'extractor', expected);
    expect(stdout + stderr).not.toMatch(/[\u001b\u0007\u0080-\u009f\u202e]/);
  });
});

describe('a source that answers', () => {
  const rows: [what: string, next: string, said: RegExp][] = [
    ['an unknown step', `${word(1028, 9)} (return (i32.const 1024))`, /unknown step 9/],
    [
      'neither a step nor an error',
      `${word(1024, 7)} (return (i32.const 1024))`,
      /neither a step nor an error/,
    ],
    [
      'an unknown error',
      `${word(1024, 1)} ${word(1028, 99)} ${word(1032, 4096)} ${word(1036, 2)} (return (i32.const 1024))`,
      /unknown error code 99/,
    ],
  ];
  /** The record of a batch: data, spans and times from 1032 on. */
  const batch = (spans: readonly number[], times: number, size = 2): string =>
    `${spans.map((value, at) => word(5_000 + 4 * at, value)).join(' ')}
     ${[4096, size, 5_000, spans.length, 6_000, times].map((value, at) => word(1032 + 4 * at, value)).join(' ')}
     ${word(1024, 0)} ${word(1028, 0)} (return (i32.const 1024))`;
  const more: [what: string, next: string, said: RegExp][] = [
    ['half a span', batch([0], 0), /spans come in pairs, but their number is odd/],
    ['more times than events', batch([0, 2], 9), /9 times for 1 event/],
    ['fewer times than events', batch([0, 1, 1, 2], 1), /1 time for 2 events/],
    ['spans that overlap', batch([0, 2, 1, 2], 2), /span 1 is not in order/],
    ['spans out of order', batch([1, 2, 0, 1], 2), /span 1 is not in order/],
    ['data of two gigabytes', batch([0, 2], 1, 0x7fff_ffff), /a batch of 2147483647 bytes/],
  ];
  it.each(sampled([...rows, ...more], 4))('%s', async (_what, next, said) => {
    const path = await buildPlugin(folder.path, sourceModule({ next }), HOSTILE_SOURCE);
    await contain(path, 'source', { code: 3, said });
  });

  const positions: [what: string, checkpoint: string, said: RegExp][] = [
    ['a position that is too long', word(3076, 65_537), /a position of \d+ bytes|array length/],
    ['a position of four gigabytes', word(3076, 0xffff_ffff), /array length/],
  ];
  it.each(positions)('%s', async (_what, checkpoint, said) => {
    const path = await buildPlugin(folder.path, sourceModule({ checkpoint }), HOSTILE_SOURCE);
    await contain(path, 'source', { code: 3, said });
  });
});
