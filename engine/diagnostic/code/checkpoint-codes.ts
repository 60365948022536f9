import type { CodeRecord } from '../code-record.ts';

export const CHECKPOINT_CODES = {
  CHECKPOINT_RESUMED: {
    severity: 'notice',
    title: 'a stream goes on where it stood',
    explanation: 'What its outputs had before is not read again.',
    hint: '`--from-start` reads it from its start',
  },
  CHECKPOINT_UNUSABLE: {
    severity: 'error',
    title: 'a checkpoint cannot be used',
    explanation:
      'Where the stream stood is not known. Read from its start it repeats alerts; the operator decides.',
  },
} as const satisfies Record<string, CodeRecord>;
