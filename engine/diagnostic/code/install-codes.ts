import type { CodeRecord } from './code-record.ts';

export const INSTALL_CODES = {
  INSTALL_REFERENCE: {
    severity: 'error',
    title: 'nothing to install',
    explanation:
      'A plugin comes from a file, an https URL, or a registry: oci://REGISTRY/REPOSITORY:TAG.',
    hint: 'for example `tiercel plugin install ./nginx.wasm`',
  },
  INSTALL_UNREACHABLE: {
    severity: 'error',
    title: 'the download failed',
    explanation: 'The server does not answer, or gives something else. Nothing was changed.',
  },
  INSTALL_OLDER: {
    severity: 'error',
    title: 'an older version than the installed one',
    explanation:
      'An attacker can offer an old, correctly signed version to bring back a fault that was fixed since.',
    hint: '--force installs it anyway',
  },
  INSTALL_CHANGED: {
    severity: 'error',
    title: 'another file with the installed version',
    explanation: 'A published version does not change.',
    hint: '--force installs it anyway',
  },
  INSTALL_KEY_CHANGED: {
    severity: 'error',
    title: 'signed with another key than before',
    explanation:
      'A plugin that was installed with a key is replaced only by a file that this key signed.',
    hint: 'give the new key with -k if you know that it belongs to the author',
  },
  INSTALL_NOT_GRANTED: {
    severity: 'error',
    title: 'the plugin needs a permission that was not granted',
    explanation: 'A plugin is installed only with permissions that a person agreed to.',
  },
  INSTALL_GRANT_UNUSED: {
    severity: 'error',
    title: 'a grant that the plugin does not need',
    explanation: 'The grant is for another plugin, or for another version.',
    hint: 'remove it; `tiercel plugin inspect` shows the permissions that a plugin needs',
  },
  INSTALL_NO_RULES: {
    severity: 'error',
    title: 'no rules file',
    explanation: 'A rules file is a YAML list of rules, macros and lists, as in Falco.',
  },
  INSTALL_UNKNOWN: {
    severity: 'error',
    title: 'nothing with this name is installed',
    explanation: 'The name is not in the lock.',
    hint: '`tiercel plugin list` and `tiercel rules list` show what is installed',
  },
  INSTALL_NOT_WRITTEN: {
    severity: 'error',
    title: 'the installation cannot be written',
    explanation: 'The folder of plugins or the lock is not writable. Nothing was changed.',
  },
  BUNDLE_UNUSABLE: {
    severity: 'error',
    title: 'not a valid bundle',
    explanation:
      '`tiercel bundle create` did not make the file, or it was changed since. Nothing was written.',
  },
  BUNDLE_IN_THE_WAY: {
    severity: 'error',
    title: 'a file is in the way',
    explanation: 'The bundle would overwrite files that are different. Nothing was written.',
    hint: 'choose an empty folder, or overwrite with --force',
  },
  LOCK_UNUSABLE: {
    severity: 'error',
    title: 'the lock cannot be used',
    explanation: 'The file is not a valid lock.',
    hint: 'restore it from a backup, or remove it and install again',
  },
  LOCK_MISMATCH: {
    severity: 'error',
    title: 'an installed plugin does not match the lock',
    explanation: 'Version, key or file differ from those of the installation.',
    hint: 'install it again: `tiercel plugin install NAME`',
  },
  PLUGIN_NOT_INSTALLED: {
    severity: 'error',
    title: 'the lock names a plugin that is not on this machine',
    explanation: 'A lock can be shared between machines; each machine downloads the files.',
    hint: 'download everything in the lock: `tiercel plugin install`',
  },
} as const satisfies Record<string, CodeRecord>;
