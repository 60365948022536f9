/** In the order in which they are tried, which is the order of Falco's error text. */
export const UNARY_OPERATORS = ['exists'] as const;
export const NUMBER_OPERATORS = ['<=', '<', '>=', '>'] as const;
export const STRING_SYMBOLS = ['==', '=', '!='] as const;
export const STRING_OPERATORS = [
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
export const LIST_OPERATORS = ['intersects', 'in', 'pmatch'] as const;
export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;
export type Modifier = (typeof MODIFIERS)[number];
export const TRANSFORMERS = [
  'val',
  'tolower',
  'toupper',
  'b64',
  'basename',
  'len',
  'join',
  'concat',
  'getopt',
] as const;

/** Ours, beside Falco's: `ip(FIELD)` is the address that a text is, and is compared with addresses and networks. */
export const OWN_TRANSFORMERS = ['ip'] as const;

export const ALL_OPERATORS: readonly string[] = [
  ...UNARY_OPERATORS,
  ...NUMBER_OPERATORS,
  ...STRING_SYMBOLS,
  ...STRING_OPERATORS,
  ...LIST_OPERATORS,
];

export function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
