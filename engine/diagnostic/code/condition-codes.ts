import type { CodeRecord } from './code-record.ts';

export const CONDITION_CODES = {
  CONDITION_SYNTAX: {
    severity: 'error',
    title: 'a condition cannot be parsed',
    explanation: 'The text does not follow the grammar of conditions.',
    falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
  },
  CONDITION_UNKNOWN_FIELD: {
    severity: 'error',
    title: 'unknown field',
    explanation: 'The source of the rule has no such field.',
    falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
  },
  CONDITION_JSON_POINTER: {
    severity: 'error',
    title: 'not a JSON pointer',
    explanation:
      'The field takes a JSON pointer: keys with slashes between them. Dots are part of a key.',
    falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
  },
  CONDITION_TYPE_MISMATCH: {
    severity: 'error',
    title: 'an operator or value does not fit the field',
    explanation: 'Each type of field has its own operators and values.',
    falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
  },
} as const satisfies Record<string, CodeRecord>;
