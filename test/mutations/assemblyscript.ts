/* The template in AssemblyScript, broken: each fails first of all at its point. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARED, type Mutation } from '../support/conformance-report.ts';
import { REPOSITORY } from '../support/run-program.ts';

const SOURCE = 'plugin.source = new JsonSource(new LogShape());';
const INDEX = 'assembly/index.ts';
const HELPERS = "import { ErrorCode, answerError, answerOk } from 'tiercel/sdk/memory';\n";
const FIELDS = 'assembly/fields.ts';
const COMPUTE = 'if (event.has(OK)) event.putNumber(event.kind(OK) == Kind.False ? 1 : 0);';

/** The source, with a method of its own. */
function withMethod(method: string): [string, string] {
  return [
    SOURCE,
    `class Broken extends JsonSource {\n${method}\n}\nplugin.source = new Broken(new LogShape());`,
  ];
}

export const MUTATIONS: readonly Mutation[] = [
  ...DECLARED,
  [
    'a text that is declared an address',
    'manifest.json',
    ['"name": "shop.user", "type": "string"', '"name": "shop.user", "type": "ipaddr"'],
    ['extractor.values'],
    'field `shop.user`: answer:',
  ],
  [
    'a field too few in the table',
    FIELDS,
    ['function failed(', 'fields.rows.pop();\n\nfunction failed('],
    ['extractor.configure'],
    'field `shop.failed`: it answers: no field 2',
  ],
  [
    'a start that fails',
    INDEX,
    [SOURCE, `${SOURCE}\nplugin.onInit = (config: string): void => { unreachable(); };`],
    ['start'],
    'unreachable',
  ],
  [
    'an open that fails',
    INDEX,
    withMethod(
      '  open(params: usize, size: usize): usize { return answerError(ErrorCode.Other, "no"); }',
    ),
    ['source.events'],
    'it answers: no',
  ],
  [
    'a stream that does not end',
    INDEX,
    withMethod(
      '  next(b: u32, e: u32): usize { const a = super.next(b, e); if (load<u8>(a, 4) == 2) { store<u8>(a, 1, 4); store<u32>(a, 1, 8); } return a; }',
    ),
    ['source.events'],
    '`next` gave no events 10000 times, and no end',
  ],
  [
    'a batch that is too large',
    INDEX,
    withMethod('  next(b: u32, e: u32): usize { return super.next(b, 4096); }'),
    ['source.limits'],
    '3 events in a batch, asked for at most 1',
  ],
  [
    'times that depend on the batch',
    INDEX,
    withMethod(
      '  calls: u64 = 0;\n  next(b: u32, e: u32): usize { const a = super.next(b, e); this.calls++; if (load<u8>(a, 4) == 0 && load<u32>(a, 28) > 0) store<u64>(load<u32>(a, 24), this.calls); return a; }',
    ),
    ['source.limits'],
    'has another time',
  ],
  [
    'an end where there is nothing for now',
    INDEX,
    withMethod(
      '  next(b: u32, e: u32): usize { const a = super.next(b, e); if (load<u8>(a, 4) == 1) store<u8>(a, 2, 4); return a; }',
    ),
    ['source.waiting'],
    'is missing',
  ],
  [
    'a position that is always the first',
    INDEX,
    withMethod(
      '  first: usize = 0;\n  checkpoint(): usize { const a = super.checkpoint(); if (this.first == 0) { this.first = heap.alloc(load<u32>(a, 4)); memory.copy(this.first, load<u32>(a), load<u32>(a, 4)); store<u32>(8, 0); this.size = load<u32>(a, 4); } store<u32>(a, this.first); store<u32>(a, this.size, 4); return a; }\n  size: u32 = 0;',
    ),
    ['source.resume'],
    'after event 2',
  ],
  [
    'a position that is not gone on from',
    INDEX,
    withMethod('  resume(position: usize, size: usize): usize { return answerOk(); }'),
    ['source.resume'],
    'after event 1: event 1 of 2 is another one',
  ],
  [
    'a position that it falls over',
    INDEX,
    withMethod(
      '  resume(position: usize, size: usize): usize { if (size == 0 || load<u8>(position) != 0x32) unreachable(); return super.resume(position, size); }',
    ),
    ['source.position'],
    'for the position "": trap: ',
  ],
  [
    'an acknowledgement that it falls over',
    INDEX,
    withMethod('  acknowledge(position: usize, size: usize): void { unreachable(); }'),
    ['source.acknowledge'],
    'unreachable',
  ],
  [
    'damaged input that it falls over',
    'assembly/source.ts',
    ["this.reason = 'has no action';", 'unreachable();'],
    ['source.damage'],
    'unreachable',
  ],
  [
    'an event that a field falls over',
    FIELDS,
    [COMPUTE, `if (event.start == event.end) unreachable(); ${COMPUTE}`],
    ['extractor.hostile'],
    'field `shop.failed`, an empty event: trap: ',
  ],
  [
    'an event that a field does not come back from',
    FIELDS,
    [COMPUTE, `while (event.end - event.start > 1000000) {} ${COMPUTE}`],
    ['extractor.hostile'],
    'deadline: a call of `extract` did not come back within 5000 ms',
  ],
  [
    'a value that depends on the events before',
    FIELDS,
    [COMPUTE, 'store<u32>(4, load<u32>(4) + 1); event.putNumber(load<u32>(4) & 1);'],
    ['extractor.determinism', 'extractor.hostile', 'extractor.plans'],
    'field `shop.failed` of event',
  ],
  [
    'memory that is never given back',
    FIELDS,
    [COMPUTE, `store<u8>(heap.alloc(1000), 1); ${COMPUTE}`],
    ['extractor.memory'],
    'MiB of memory: trap',
  ],
  [
    'rules with an unknown field',
    'rules.yaml',
    ['shop.failed = true', 'shop.filed = true'],
    ['rules'],
    'shop.filed',
  ],
  [
    'rules that no sample is of',
    'rules.yaml',
    ['shop.action = login', 'shop.action = logout'],
    ['rules'],
    '1 rule, 0 of them with 0 alerts on 3 events',
  ],
  [
    'samples without an event',
    'samples/events.log',
    [
      readFileSync(join(REPOSITORY, 'plugins-wasm/templates/common/samples/events.log'), 'utf8'),
      '{}\n',
    ],
    ['source.events'],
    'it gives no event',
  ],
];

/** What changed code of the file needs in front of it. */
export function prefixOf(file: string): string {
  return file === INDEX ? HELPERS : '';
}
