import type { CodeRecord } from '../code-record.ts';

export const RULE_CODES = {
  RULE_FILE_UNREADABLE: {
    severity: 'error',
    title: 'a rules file cannot be read',
    explanation: 'The file does not exist or may not be read.',
    falcoCode: 'LOAD_ERR_FILE_READ',
  },
  RULE_YAML_SYNTAX: {
    severity: 'error',
    title: 'not valid YAML',
    explanation: 'The file cannot be parsed as YAML.',
    falcoCode: 'LOAD_ERR_YAML_PARSE',
  },
  RULE_SHAPE: {
    severity: 'error',
    title: 'an item has the wrong shape',
    explanation: 'A key has a value of the wrong kind, or keys do not go together.',
    falcoCode: 'LOAD_ERR_YAML_VALIDATE',
  },
  RULE_MISSING_KEY: {
    severity: 'error',
    title: 'a key is missing',
    explanation:
      'Rules need `rule`, `desc`, `condition`, `output` and `priority`; lists `items`; macros `condition`.',
    falcoCode: 'LOAD_ERR_YAML_VALIDATE',
  },
  RULE_PRIORITY: {
    severity: 'error',
    title: 'unknown priority',
    explanation:
      'Priorities are Emergency, Alert, Critical, Error, Warning, Notice, Informational (or info) and Debug.',
    falcoCode: 'LOAD_ERR_YAML_VALIDATE',
  },
  RULE_OVERRIDE: {
    severity: 'error',
    title: 'wrong use of `override`',
    explanation: 'Each key under `override` says append or replace for a key of the same item.',
    falcoCode: 'LOAD_ERR_YAML_VALIDATE',
  },
  RULE_TARGET_MISSING: {
    severity: 'error',
    title: 'nothing to append to or replace',
    explanation: 'The item changes one that no file before has defined.',
    falcoCode: 'LOAD_ERR_VALIDATE',
  },
  RULE_SOURCE_CHANGED: {
    severity: 'error',
    title: 'a rule changes its source',
    explanation: 'A redefinition must keep the source of the rule.',
    falcoCode: 'LOAD_ERR_VALIDATE',
  },
  RULE_EXCEPTION: {
    severity: 'error',
    title: 'wrong exception',
    explanation: 'Fields, comparisons and values of an exception do not fit together.',
    falcoCode: 'LOAD_ERR_VALIDATE',
  },
  RULE_VERSION: {
    severity: 'error',
    title: 'a version requirement does not hold',
    explanation: 'The rules need another version of the engine or of a plugin.',
    falcoCode: 'LOAD_ERR_VALIDATE',
  },
  RULE_UNKNOWN_MACRO: {
    severity: 'error',
    title: 'unknown macro',
    explanation:
      'A name in a condition is neither a field check nor a macro that is defined before.',
    falcoCode: 'LOAD_ERR_VALIDATE',
  },
  RULE_OUTPUT: {
    severity: 'error',
    title: 'wrong output',
    explanation:
      'A `%` in an output must be followed by a field or a transformer of the rule’s source.',
    falcoCode: 'LOAD_ERR_COMPILE_OUTPUT',
  },
  RULE_WARNING: {
    severity: 'warning',
    title: 'a rules file has something that is probably not meant',
    explanation: 'Falco warns of the same; the rules are used all the same.',
  },
} as const satisfies Record<string, CodeRecord>;
