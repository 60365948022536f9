import type { CodeRecord } from '../code-record.ts';

export const OUTPUT_CODES = {
  OUTPUT_UNUSABLE: {
    severity: 'error',
    title: 'an output cannot be opened',
    explanation: 'Alerts could not be written there, so nothing is read.',
    hint: 'check that the folder exists and may be written, or disable the output',
  },
  OUTPUT_NONE: {
    severity: 'warning',
    title: 'no output is enabled',
    explanation: 'Alerts are counted for the summary and go nowhere else.',
    hint: 'enable `stdout_output` or `file_output`',
  },
} as const satisfies Record<string, CodeRecord>;
