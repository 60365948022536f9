import type { CodeRecord } from './code-record.ts';

export const SOURCE_CODES = {
  SOURCE_UNREADABLE: {
    severity: 'error',
    title: 'the source cannot be read',
    explanation: 'The location given as open parameters does not exist or cannot be opened.',
  },
  WEBHOOK_OPEN: {
    severity: 'warning',
    title: 'anybody may send events',
    explanation:
      'A webhook listens at an address that other machines reach, and asks for no secret.',
    hint: 'name a secret under `webhook.authentication`, or listen at 127.0.0.1',
  },
  WEBHOOK_SECRET_UNUSED: {
    severity: 'error',
    title: 'a secret of a webhook fits no stream',
    explanation:
      'Nobody writes a secret for nothing: the stream that was meant would take events from everybody.',
  },
} as const satisfies Record<string, CodeRecord>;
