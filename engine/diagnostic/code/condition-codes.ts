import type { CodeRecord } from '../code-record.ts';

export const CONDITION_CODES = {} as const satisfies Record<string, CodeRecord>;
