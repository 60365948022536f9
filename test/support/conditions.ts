/* Random conditions over a few fields, and events for them. */

import fc from 'fast-check';
import type { Field } from '../../engine/event/field/field.ts';
import { createFieldCatalog } from '../../engine/event/field/field-catalog.ts';

function field(name: string, fieldIndex: number, more: Partial<Field> = {}): Field {
  return {
    name,
    type: 'string',
    isList: false,
    argument: { kind: 'none', required: false },
    description: '',
    properties: {},
    provider: { kind: 'plugin', pluginName: 'p', fieldIndex },
    ...more,
  };
}

export const FIELDS = [
  field('t.a', 0),
  field('t.b', 1),
  field('t.e', 2, { properties: { equalsEmptyWhenAbsent: true } }),
  field('t.n', 3, { type: 'uint64' }),
  field('t.l', 4, { isList: true }),
  field('t.bool', 5, { type: 'bool' }),
  field('t.ip', 6, { type: 'ipaddr' }),
  field('t.net', 7, { type: 'ipnet' }),
  field('t.path', 8),
  field('t.args', 9, { isList: true }),
  field('t.address', 10),
  field('t.addresses', 11, { isList: true }),
];
export const catalog = createFieldCatalog('test', FIELDS, {});

const word = fc.constantFrom('x', 'y', 'zz', 'X', 'xy');
export const check = fc.oneof(
  fc
    .tuple(fc.constantFrom('t.a', 't.b', 't.e'), fc.constantFrom('=', '!='), word)
    .map((parts) => parts.join(' ')),
  fc.constantFrom('t.e = ""', 't.e != ""', 't.e in ("", x)', 't.a = val(t.b)', 't.a != val(t.b)'),
  fc
    .tuple(fc.constantFrom('t.a', 't.b'), fc.constantFrom('contains', 'startswith'), word)
    .map((parts) => parts.join(' ')),
  fc
    .tuple(
      fc.constantFrom('t.a in', 't.l in', 't.l intersects', 'tolower(t.b) in'),
      fc.array(word, { maxLength: 3 }),
    )
    .map(([head, words]) => `${head} (${words.join(', ')})`),
  fc.constantFrom(
    't.a exists',
    't.e exists',
    't.l exists',
    'tolower(t.a) exists',
    'len(t.b) = 2',
    'tolower(t.a) != x',
  ),
  fc
    .tuple(fc.constantFrom('<', '=', '!='), fc.integer({ min: 0, max: 5 }))
    .map(([op, n]) => `t.n ${op} ${n}`),
  // One row for each operator and transformer that there is: see the test of that below.
  fc
    .tuple(
      fc.constantFrom('t.a', 't.b', 'tolower(t.a)'),
      fc.constantFrom('contains', 'icontains', 'startswith', 'endswith'),
      fc.constantFrom('', 'oneof', 'anyof', 'allof'),
      fc.array(word, { minLength: 1, maxLength: 3 }),
    )
    .map(([left, op, modifier, [first, ...rest]]) =>
      modifier === ''
        ? `${left} ${op} ${first}`
        : `${left} ${op} ${modifier} (${[first, ...rest].join(', ')})`,
    ),
  fc
    .tuple(
      fc.constantFrom('t.a', 't.path'),
      fc.constantFrom('glob', 'iglob'),
      fc.constantFrom("'x*'", "'?'", "'[xy]*'", "'*'", "'*Y?'", "'/e*/x'", "''"),
    )
    .map((parts) => parts.join(' ')),
  fc
    .constantFrom("'^x'", "'y+$'", "'.z'", "'^(x|y)*$'", "'x.*x'", "'.*y.*'")
    .map((pattern) => `t.a regex ${pattern}`),
  fc
    .constantFrom('(/etc)', '(/etc/x, /v)', "('/e*/x')", '(/)', '(x)')
    .map((paths) => `t.path pmatch ${paths}`),
  fc
    .tuple(
      fc.constantFrom('t.a', 'toupper(t.b)'),
      fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'contains', 'icontains', 'startswith'),
    )
    .map(([left, op]) => `${left} ${op} val(t.b)`),
  fc.constantFrom(
    't.a endswith val(t.b)',
    't.a glob val(t.b)',
    't.a iglob val(t.b)',
    't.a in val(t.b)',
    't.a in tolower(t.b)',
    'tolower(t.l) in (a, b, abc)',
    't.l intersects val(t.args)',
    't.l in val(t.l)',
    't.n <= 3',
    't.n >= 2',
    't.n > 4',
    't.n in (1, 2)',
    't.bool = true',
    't.bool != true',
    't.ip = 127.0.0.1',
    't.ip in (127.0.0.1, "::1")',
    't.ip != 10.0.0.1',
    't.net = 10.0.0.0/8',
    'ip(t.address) in (10.0.0.0/9, 192.168.1.9, "::/8")',
    'ip(t.address) = 10.0.0.0/8',
    'ip(t.address) != 10.1.2.0/23',
    'ip(t.address) exists',
    'ip(t.address) = ip(t.ip)',
    'ip(t.ip) in (10.0.0.0/8, "::ffff:127.0.0.0/104")',
    'ip(t.addresses) in (10.0.0.0/8)',
    'ip(t.addresses) intersects (10.0.0.0/8, "::1")',
    't.net != 10.0.0.0/8',
    'toupper(t.a) = X',
    'b64(t.b) exists',
    'b64(t.path) = x',
    'basename(t.path) = x',
    'basename(t.path) in (x, y)',
    'len(t.l) = 2',
    "concat(t.a, '-', t.b) = 'x-y'",
    "join('/', t.l) = 'x/y'",
    "join('', (t.a, t.b)) = xy",
    'concat(t.a, t.b) = val(t.a)',
    'getopt(t.args, "ab:") intersects (a)',
    'getopt(t.args, "ab:")[b] = x',
    'getopt(t.args, "ab:") exists',
  ),
);
export const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    check,
    tie('condition').map((inner) => `not (${inner})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, op, b]) => `((${a}) ${op} (${b}))`),
  ),
}));

/** Rules as people write them: something that few events have, and more. Most sets of these have a screen. */
export const screened = fc
  .tuple(fc.constantFrom('t.a = x', 't.a in (x, zz)', 't.b startswith x or t.a = y'), condition)
  .map(([first, more]) => `(${first}) and (${more})`);

const text = fc.option(fc.constantFrom('', 'x', 'y', 'zz', 'X', 'xyx'), { nil: undefined });
const ADDRESSES = ['10.1.2.3', '10.1.3.3', '10.200.0.1', '192.168.1.9', '::1', '::ffff:10.1.2.3'];
export const event = fc.record({
  't.a': text,
  't.b': text,
  't.e': text,
  't.n': fc.option(fc.bigInt({ min: 0n, max: 5n }), { nil: undefined }),
  't.l': fc.option(fc.array(fc.constantFrom('x', 'y', 'zz'), { minLength: 1, maxLength: 3 }), {
    nil: undefined,
  }),
  't.bool': fc.constantFrom(0n, 1n, undefined),
  't.ip': fc.constantFrom('\x7f\0\0\x01', '\x0a\0\0\x01', `${'\0'.repeat(15)}\x01`, undefined),
  't.net': fc.constantFrom('\x0a\0\0\0\x08', '\x0a\0\0\0\x10', undefined),
  't.address': fc.constantFrom(...ADDRESSES, 'ec2.amazonaws.com', '', undefined),
  't.addresses': fc.option(
    fc.array(fc.constantFrom(...ADDRESSES, 'x'), { minLength: 1, maxLength: 2 }),
    { nil: undefined },
  ),
  't.path': fc.constantFrom('/etc/x', '/etc', '/v/y', 'x', '', 'eA==', 'eA=', undefined),
  't.args': fc.option(
    fc.array(fc.constantFrom('-a', '-b', 'x', '-c', 'y'), { minLength: 1, maxLength: 4 }),
    { nil: undefined },
  ),
});
