import type { CodeRecord } from '../code-record.ts';

export const CONFIG_CODES = {} as const satisfies Record<string, CodeRecord>;
