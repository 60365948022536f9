import type { CodeRecord } from '../code-record.ts';

export const SOURCE_CODES = {
  SOURCE_UNREADABLE: {
    severity: 'error',
    title: 'the source cannot be read',
    explanation: 'The location given as open parameters does not exist or cannot be opened.',
  },
} as const satisfies Record<string, CodeRecord>;
