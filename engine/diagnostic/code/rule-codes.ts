import type { CodeRecord } from './code-record.ts';

export const RULE_CODES = {
  RULE_FILE_UNREADABLE: {
    severity: 'error',
    title: 'a rules file cannot be read',
    explanation: 'The file does not exist or may not be read.',
    falcoCode: 'LOAD_ERR_FILE_READ',
  },
  RULE_FILE_SKIPPED: {
    severity: 'notice',
    title: 'a rules file of the configuration does not exist',
    explanation:
      'Falco’s configuration names files for local additions; files that do not exist are skipped.',
  },
  RULE_FOLDER_EMPTY: {
    severity: 'warning',
    title: 'a rules folder has no rules files',
    explanation: 'Only files whose names end with .yaml or .yml count, and no hidden ones.',
  },
  RULE_FILE_EMPTY: {
    severity: 'warning',
    title: 'a rules file is empty',
    explanation: 'There is no rule, macro or list in the file.',
  },
  RULE_NONE: {
    severity: 'error',
    title: 'no rule could match',
    explanation: 'No rule is enabled for the event sources that are opened.',
  },
  RULE_UNKNOWN_SOURCE: {
    severity: 'warning',
    title: 'rules of a source that no loaded plugin has',
    explanation:
      'The rules are skipped. A rule without `source:` has the source `syscall`, which no plugin has.',
    falcoCode: 'LOAD_UNKNOWN_SOURCE',
  },
  RULE_CONSEQUENCES: {
    severity: 'notice',
    title: 'errors because of missing plugins',
    explanation:
      'Without a plugin, its fields and sources are unknown; the errors that follow are only counted.',
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
    explanation: 'A key has a value of the wrong type, or two keys do not fit together.',
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
    explanation: 'The item changes an item that is not defined before it.',
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
  RULES_NOT_RELOADED: {
    severity: 'error',
    title: 'changed rules are not active',
    explanation: 'A plugin did not start with the changed rules. The previous rules stay active.',
  },
  RULES_TOO_LARGE: {
    severity: 'error',
    title: 'rules are too large to be read',
    explanation:
      'Macros and lists are expanded where they are used: a short text can become millions of parts.',
    hint: 'nest fewer macros and lists, or split the rules over several files',
  },
} as const satisfies Record<string, CodeRecord>;
