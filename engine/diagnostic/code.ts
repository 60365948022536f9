import { CHECKPOINT_CODES } from './code/checkpoint-codes.ts';
import { CONDITION_CODES } from './code/condition-codes.ts';
import { CONFIG_CODES } from './code/config-codes.ts';
import { INSTALL_CODES } from './code/install-codes.ts';
import { OUTPUT_CODES } from './code/output-codes.ts';
import { PLUGIN_CODES } from './code/plugin-codes.ts';
import { RULE_CODES } from './code/rule-codes.ts';
import { SOURCE_CODES } from './code/source-codes.ts';
import { TRUST_CODES } from './code/trust-codes.ts';
import type { CodeRecord } from './code-record.ts';

const CODES = {
  ...RULE_CODES,
  ...CONDITION_CODES,
  ...PLUGIN_CODES,
  ...CONFIG_CODES,
  ...SOURCE_CODES,
  ...OUTPUT_CODES,
  ...CHECKPOINT_CODES,
  ...TRUST_CODES,
  ...INSTALL_CODES,
};

export type DiagnosticCode = keyof typeof CODES;

/** Every code there is, one record each. */
export const DIAGNOSTIC_CODES: Readonly<Record<DiagnosticCode, CodeRecord>> = CODES;
