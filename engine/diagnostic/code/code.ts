import { CHECKPOINT_CODES } from './checkpoint-codes.ts';
import type { CodeRecord } from './code-record.ts';
import { CONDITION_CODES } from './condition-codes.ts';
import { CONFIG_CODES } from './config-codes.ts';
import { INSTALL_CODES } from './install-codes.ts';
import { LINT_CODES } from './lint-codes.ts';
import { OUTPUT_CODES } from './output-codes.ts';
import { PLUGIN_CODES } from './plugin-codes.ts';
import { RULE_CODES } from './rule-codes.ts';
import { SOURCE_CODES } from './source-codes.ts';
import { TRUST_CODES } from './trust-codes.ts';

const CODES = {
  ...RULE_CODES,
  ...CONDITION_CODES,
  ...LINT_CODES,
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
