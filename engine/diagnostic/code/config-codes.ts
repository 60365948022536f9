import type { CodeRecord } from './code-record.ts';

export const CONFIG_CODES = {
  CONFIG_UNREADABLE: {
    severity: 'error',
    title: 'the configuration cannot be read',
    explanation: 'The file given with -c does not exist or may not be read.',
  },
  CONFIG_SYNTAX: {
    severity: 'error',
    title: 'the configuration is not YAML',
    explanation: 'The file cannot be parsed.',
  },
  CONFIG_SCHEMA: {
    severity: 'error',
    title: 'the configuration breaks its schema',
    explanation:
      'A key is unknown or has a value of the wrong kind; see schemas/config.schema.json.',
  },
  CONFIG_OPTION: {
    severity: 'error',
    title: 'an -o option cannot be read',
    explanation:
      'Options are KEY=VALUE with dots for inner keys, [n] for an element and [] to append one.',
    hint: 'for example -o rule_matching=all or -o rules[].disable.tag=noisy',
  },
  CONFIG_UNKNOWN_PLUGIN: {
    severity: 'error',
    title: 'unknown plugin',
    explanation: 'The name is neither under `plugins` nor that of a bundled plugin.',
  },
  CONFIG_NATIVE_PLUGIN: {
    severity: 'error',
    title: 'a native plugin is configured',
    explanation:
      'Plugins are WebAssembly components. Native libraries can do anything to the process and are not loaded.',
  },
  CONFIG_PLUGIN_REPLACED: {
    severity: 'notice',
    title: 'another file of the same plugin is used',
    explanation:
      'A component replaces a native library; an installed plugin is used before a file in this folder.',
  },
  CONFIG_NOT_SUPPORTED: {
    severity: 'warning',
    title: 'a key of the configuration is not supported',
    explanation: 'The key is one of Falco. It has no effect; everything else is used.',
  },
  CONFIG_FILTER_UNUSED: {
    severity: 'warning',
    title: 'an output gets no alerts',
    explanation:
      'The filter of an output (`rules`, `tags`, `sources`) names something that no loaded rule has, or ' +
      'fits no enabled rule: the output never gets an alert.',
  },
  CONFIG_VARIABLE_UNSET: {
    severity: 'warning',
    title: 'a variable of the environment is not set',
    explanation:
      'A configuration names a variable of the environment (`$` and its name in braces) that is not set: it is ' +
      'empty, as in Falco. A missing token is noticed only when the receiver refuses the first alert.',
  },
  CONFIG_SELECTION_UNUSED: {
    severity: 'warning',
    title: 'a selection of rules selects nothing',
    explanation: 'An entry of `rules:` names a rule or a tag that no loaded rule has.',
  },
  CONFIG_FOUND: {
    severity: 'notice',
    title: 'a configuration was found in the current folder',
    explanation: 'Without -c, a tiercel.yaml in the current folder is used.',
    hint: 'name another with -c',
  },
} as const satisfies Record<string, CodeRecord>;
