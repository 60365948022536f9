import type { CodeRecord } from '../code-record.ts';

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
} as const satisfies Record<string, CodeRecord>;
