import type { CodeRecord } from '../code-record.ts';

export const PLUGIN_CODES = {} as const satisfies Record<string, CodeRecord>;
