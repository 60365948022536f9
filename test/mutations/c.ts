/* The template in C, broken: each fails first of all at its point. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARED, type Mutation } from '../support/conformance-report.ts';
import { REPOSITORY } from '../support/run-program.ts';

const TEMPLATES = join(REPOSITORY, 'plugins-wasm/templates');

const SAMPLE = readFileSync(join(TEMPLATES, 'c/samples/events.log'), 'utf8');

const CARRIED: Mutation[] = [
  [
    'a rule that never alerts',
    'rules.yaml',
    ['shop.action = login', 'shop.action = logout'],
    ['rules'],
    '1 rule, 0 of them with 0 alerts on 3 events',
  ],
  [
    'samples without an event',
    'samples/events.log',
    [SAMPLE, 'nothing\n'],
    ['source.events'],
    'it gives no event',
  ],
];

const LINES = 'TIERCEL_LINES(judge);';
const FIELDS = 'TIERCEL_FIELDS(parse, fields);';
const FAILED = 'tiercel_put_number(value, tiercel_equal(event.ok, TIERCEL_TEXT("false")));';

/** A function of the header, with one of the same name in its place, which calls it. */
function instead(of: typeof LINES | typeof FIELDS, name: string, text: string): [string, string] {
  return [of, `${text.replace(name, `own_${name}`)}\n#define ${name} own_${name}\n${of}`];
}

function inSource(name: string, text: string): [string, string] {
  return instead(LINES, name, text);
}

export const MUTATIONS: readonly Mutation[] = [
  ...CARRIED,
  ...DECLARED,
  [
    'fields in another order',
    'plugin.c',
    ['{user, action, failed}', '{failed, action, user}'],
    ['extractor.values'],
    'field `shop.user`: answer:',
  ],
  [
    'a field too few',
    'plugin.c',
    instead(
      FIELDS,
      'tiercel_configure_plan',
      'static void *tiercel_configure_plan(uint32_t p, const tiercel_given_request *g, size_t n, size_t fields) { return tiercel_configure_plan(p, g, n, fields - 1); }',
    ),
    ['extractor.configure'],
    'no such field',
  ],
  [
    'times that depend on what was read',
    'plugin.c',
    ['return tiercel_pair(line', '*time = tiercel_source.bytes.size;\n  return tiercel_pair(line'],
    ['source.determinism'],
    'has another time',
  ],
  [
    'an acknowledgement that it falls over',
    'plugin.c',
    [
      LINES,
      `#define tiercel_export_acknowledge(a, b) tiercel_export_acknowledge(a, b) { if (position != NULL || size > 0) __builtin_trap(); } void other(a, b)\n${LINES}`,
    ],
    ['source.acknowledge'],
    'trap: ',
  ],
  [
    'a value that is not there',
    'plugin.c',
    [FAILED, '*value->cell = 0x80000063u;'],
    ['extractor.values'],
    'field `shop.failed`: answer:',
  ],
  [
    'an event that a field falls over',
    'plugin.c',
    [FAILED, `if (value->event.size == 0) __builtin_trap(); ${FAILED}`],
    ['extractor.hostile'],
    'an empty event: trap: ',
  ],
  [
    'an event that a field does not come back from',
    'plugin.c',
    [FAILED, `while (*(volatile size_t *)&value->event.size > 1000000) {} ${FAILED}`],
    ['extractor.hostile'],
    'deadline: a call of `extract` did not come back within 5000 ms',
  ],
  [
    'a value that depends on the events before',
    'plugin.c',
    [FAILED, 'static uint32_t count = 0; tiercel_put_number(value, ++count & 1);'],
    ['extractor.determinism', 'extractor.hostile', 'extractor.plans'],
    'field `shop.failed` of event',
  ],
  [
    'memory that is never given back',
    'plugin.c',
    [FAILED, `*(volatile char *)tiercel_alloc(1000) = 1; ${FAILED}`],
    ['extractor.memory'],
    'MiB of memory: trap',
  ],
  [
    'plans that are one',
    'plugin.c',
    instead(
      FIELDS,
      'tiercel_extract',
      'static void *tiercel_extract(uint32_t plan, tiercel_text data, const uint32_t *spans, size_t count, bool (*parse)(tiercel_text), tiercel_field *const *fields) { return tiercel_extract(plan * 0, data, spans, count, parse, fields); }',
    ),
    ['extractor.plans'],
    'plan',
  ],
  [
    'a start that fails',
    'plugin.c',
    [
      LINES,
      `const char *tiercel_configure(tiercel_text c) { return c.at ? "no" : "none"; }\n${LINES}`,
    ],
    ['start'],
    'it answers: ',
  ],
  [
    'a stream that does not end',
    'plugin.c',
    inSource(
      'tiercel_next',
      'static void *tiercel_next(uint32_t b, uint32_t e) { uint32_t *a = tiercel_next(b, e); return a[1] == 2 ? tiercel_idle() : a; }',
    ),
    ['source.events'],
    '`next` gave no events 10000 times, and no end',
  ],
  [
    'a batch that is too large',
    'plugin.c',
    inSource(
      'tiercel_next',
      'static void *tiercel_next(uint32_t b, uint32_t e) { return tiercel_next(b, e + 4096); }',
    ),
    ['source.limits'],
    '3 events in a batch, asked for at most 1',
  ],
  [
    'an end where there is nothing for now',
    'plugin.c',
    inSource(
      'tiercel_next',
      'static void *tiercel_next(uint32_t b, uint32_t e) { uint32_t *a = tiercel_next(b, e); if (a[1] == 1) a[1] = 2; return a; }',
    ),
    ['source.waiting'],
    'is missing',
  ],
  [
    'a position that is always the first',
    'plugin.c',
    inSource(
      'tiercel_checkpoint',
      'static void *tiercel_checkpoint(void) { uint64_t offset = tiercel_source.offset; tiercel_source.offset = 0; void *a = tiercel_checkpoint(); tiercel_source.offset = offset; return a; }',
    ),
    ['source.resume'],
    'after event 1',
  ],
  [
    'a position that is not gone on from',
    'plugin.c',
    inSource(
      'tiercel_go_on_from',
      'static bool tiercel_go_on_from(tiercel_text position) { return position.size < 9 || tiercel_go_on_from(position) || true; }',
    ),
    ['source.position'],
    'which is not valid',
  ],
  [
    'a position that it falls over',
    'plugin.c',
    inSource(
      'tiercel_go_on_from',
      'static bool tiercel_go_on_from(tiercel_text position) { if (position.size == 0) __builtin_trap(); return tiercel_go_on_from(position); }',
    ),
    ['source.position'],
    'for the position "": trap: ',
  ],
  [
    'damaged input that it falls over',
    'plugin.c',
    ['? "has no action" : NULL;', '? (__builtin_trap(), "") : NULL;'],
    ['source.damage'],
    'trap: ',
  ],
];
