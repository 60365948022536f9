/*
 * Probable mistakes in rules files: the rules are used. Each can be switched off for a line by a comment above it,
 * `# tiercel: ignore CODE`.
 */

import type { CodeRecord } from './code-record.ts';

export const LINT_CODES = {
  RULE_UNKNOWN_ITEM: {
    severity: 'warning',
    title: 'an item that is not a rule, macro or list',
    explanation: 'The item has none of the keys that say what it is, and is ignored.',
    falcoCode: 'LOAD_UNKNOWN_ITEM',
  },
  RULE_UNKNOWN_KEY: {
    severity: 'warning',
    title: 'an unknown key',
    explanation:
      'Falco ignores keys that it does not know. With `value` instead of `values`, an exception excepts nothing.',
  },
  RULE_DEPRECATED: {
    severity: 'warning',
    title: 'a form that Falco gives up',
    explanation: 'The form still works. The hint has the one that Falco recommends.',
    falcoCode: 'LOAD_DEPRECATED_ITEM',
  },
  RULE_NAME_UNUSUAL: {
    severity: 'warning',
    title: 'an unusual name of a list or macro',
    explanation: 'A name with other characters may not be found where a condition uses it.',
  },
  RULE_KEY_REPEATED: {
    severity: 'warning',
    title: 'a key twice in one item',
    explanation: 'Falco takes the first of two equal keys, in silence.',
  },
  RULE_REPEATED: {
    severity: 'warning',
    title: 'two items with the same name in one file',
    explanation:
      'The later item replaces the earlier one, in silence. A rule that was copied and not renamed is lost.',
  },
  RULE_REPLACED: {
    severity: 'notice',
    title: 'a macro or list that a later file replaces',
    explanation:
      'Files for local changes do that on purpose. Rules of the earlier file use the later text as well.',
  },
  RULE_EXCEPTION_REPEATED: {
    severity: 'warning',
    title: 'two exceptions with the same name in one rule',
    explanation: 'Both apply. What other files append goes to the first one.',
    falcoCode: 'LOAD_EXCEPTION_NAME_NOT_UNIQUE',
  },
  RULE_EXCEPTION_NO_VALUES: {
    severity: 'warning',
    title: 'an exception without effect',
    explanation: 'An item appends to an exception, and has no values for it.',
    falcoCode: 'LOAD_APPEND_NO_VALUES',
  },
  RULE_SKIPPED: {
    severity: 'warning',
    title: 'a rule that is not used, since it names an unknown field',
    explanation:
      'The rule has `skip-if-unknown-filter: true`: with an unknown field it is left out, not an error.',
    falcoCode: 'LOAD_UNKNOWN_FILTER',
  },
  RULE_UNUSED_MACRO: {
    severity: 'warning',
    title: 'a macro that no rule uses',
    explanation: 'No rule, and no macro that is used, names the macro.',
    falcoCode: 'LOAD_UNUSED_MACRO',
  },
  RULE_UNUSED_LIST: {
    severity: 'warning',
    title: 'a list that no rule uses',
    explanation: 'No rule, macro or list names the list.',
    falcoCode: 'LOAD_UNUSED_LIST',
  },
  RULE_ITEM_REPEATED: {
    severity: 'warning',
    title: 'an item twice in one list',
    explanation: 'It has no effect, and may have been meant as another one.',
  },
  CONDITION_REGEX_PLAIN: {
    severity: 'warning',
    title: 'a regular expression that is plain text',
    explanation: 'An operator such as `contains` or `startswith` says the same, and is faster.',
    falcoCode: 'LOAD_COMPILE_CONDITION',
  },
  CONDITION_FIELD_AS_VALUE: {
    severity: 'warning',
    title: 'a value that looks like a field',
    explanation:
      'On the right of an operator a name is a text. `val(FIELD)` is the value of a field.',
    falcoCode: 'LOAD_COMPILE_CONDITION',
  },
  CONDITION_UNKNOWN_LIST: {
    severity: 'warning',
    title: 'a value that looks like the name of a list',
    explanation:
      'No list has the name, so it is a text like any other. The comparison hardly ever holds.',
  },
  CONDITION_NA: {
    severity: 'warning',
    title: 'a comparison with `<NA>`',
    explanation: 'A field without a value prints `<NA>`, and is not equal to it.',
    hint: 'write `not FIELD exists`',
    falcoCode: 'LOAD_UNSAFE_NA_CHECK',
  },
  CONDITION_NEVER_HOLDS: {
    severity: 'warning',
    title: 'a part of a condition that never holds',
    explanation: 'No event makes it true, so a rule that needs it never has an alert.',
  },
  CONDITION_ALWAYS_HOLDS: {
    severity: 'warning',
    title: 'a part of a condition that always holds',
    explanation: 'Every event makes it true, so it can be left out.',
  },
} as const satisfies Record<string, CodeRecord>;
