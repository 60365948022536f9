import type { CodeRecord } from '../code-record.ts';

export const RULE_CODES = {} as const satisfies Record<string, CodeRecord>;
