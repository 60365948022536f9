import type { CodeRecord } from './code-record.ts';

export const INSTALL_CODES = {
  INSTALL_REFERENCE: {
    severity: 'error',
    title: 'nothing to install is named',
    explanation:
      'A plugin comes from a file, an https URL, or a registry: oci://REGISTRY/REPOSITORY:TAG.',
    hint: 'for example `tiercel plugin install ./nginx.wasm`',
  },
  INSTALL_UNREACHABLE: {
    severity: 'error',
    title: 'it cannot be fetched',
    explanation: 'The server does not answer, or with something else. Nothing was changed.',
  },
  INSTALL_OLDER: {
    severity: 'error',
    title: 'an older version than the one that is installed',
    explanation:
      'Who offers an old version, rightly signed, may want a fault back that was mended since.',
    hint: 'with --force it is installed all the same',
  },
  INSTALL_CHANGED: {
    severity: 'error',
    title: 'another file of the version that is installed',
    explanation: 'What was published under a version does not change.',
    hint: 'with --force it is installed all the same',
  },
  INSTALL_KEY_CHANGED: {
    severity: 'error',
    title: 'not signed by whom it was signed before',
    explanation: 'A plugin that is installed with a key is only replaced by what this key signed.',
    hint: 'name the new key with -k, if you know that it is its author’s',
  },
  INSTALL_NOT_GRANTED: {
    severity: 'error',
    title: 'the plugin asks for more than it was granted',
    explanation: 'Nothing is installed that could do more than somebody agreed to.',
  },
  INSTALL_GRANT_UNUSED: {
    severity: 'error',
    title: 'a grant that the plugin does not ask for',
    explanation: 'It was written for another plugin, or another version of it.',
    hint: 'leave it out; `tiercel plugin inspect` shows what a plugin asks for',
  },
  INSTALL_NO_RULES: {
    severity: 'error',
    title: 'no rules file',
    explanation: 'Rules are a YAML list of rules, macros and lists, as Falco has them.',
  },
  INSTALL_UNKNOWN: {
    severity: 'error',
    title: 'nothing of that name is installed',
    explanation: 'It is not in the lock that is used here.',
    hint: '`tiercel plugin list` and `tiercel rules list` show what is installed',
  },
  INSTALL_NOT_WRITTEN: {
    severity: 'error',
    title: 'it cannot be written',
    explanation:
      'The folder of plugins, or the lock, cannot be written. What was there is still there.',
  },
  BUNDLE_UNUSABLE: {
    severity: 'error',
    title: 'no bundle',
    explanation:
      'It is not what `tiercel bundle create` makes, or was changed since. Nothing was written.',
  },
  BUNDLE_IN_THE_WAY: {
    severity: 'error',
    title: 'there is something in its place',
    explanation: 'What a bundle would write over is not what it has. Nothing was written.',
    hint: 'name an empty folder, or write over it with --force',
  },
  LOCK_UNUSABLE: {
    severity: 'error',
    title: 'the lock cannot be used',
    explanation: 'It is no lock, or has been edited into something else.',
    hint: 'take it from where it was last right, or remove it and install again',
  },
  LOCK_MISMATCH: {
    severity: 'error',
    title: 'an installed plugin is not what the lock says',
    explanation: 'Version, key or file are others than when it was installed.',
    hint: 'install it again: `tiercel plugin install NAME`',
  },
  PLUGIN_NOT_INSTALLED: {
    severity: 'error',
    title: 'the lock names a plugin that is not on this machine',
    explanation: 'A lock is for more than one machine; the files are fetched on each.',
    hint: 'fetch what the lock names: `tiercel plugin install`',
  },
} as const satisfies Record<string, CodeRecord>;
