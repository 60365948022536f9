import type { CodeRecord } from './code-record.ts';

export const TRUST_CODES = {
  SIGNATURE_MISSING: {
    severity: 'error',
    title: 'the plugin is not signed',
    explanation:
      'With `trusted_keys`, only bundled plugins and plugins that one of these keys signed are loaded.',
    hint: 'ask the author for a signed plugin, or inspect it and sign it: `tiercel plugin sign`',
  },
  SIGNATURE_MISPLACED: {
    severity: 'error',
    title: 'the signature is not the end of the file',
    explanation: 'The signatures are the last section of the file. Bytes after it are not signed.',
    hint: 'download the plugin again from its publisher',
  },
  SIGNATURE_MALFORMED: {
    severity: 'error',
    title: 'the signature cannot be read',
    explanation: 'It is damaged, or another version of Tiercel made it.',
    hint: 'download the plugin again from its publisher',
  },
  SIGNATURE_WRONG: {
    severity: 'error',
    title: 'the signature does not match the file',
    explanation:
      'The plugin was changed after it was signed, or the signature belongs to another plugin.',
    hint: 'do not use the plugin; download it again from its publisher',
  },
  SIGNATURE_REVOKED_KEY: {
    severity: 'error',
    title: 'the plugin is signed with a key that was revoked',
    explanation: 'A key under `revoked_keys` is no longer trusted.',
    hint: 'get a version that is signed with a newer key',
  },
  SIGNATURE_UNKNOWN_KEY: {
    severity: 'error',
    title: 'the plugin is signed with a key that is not trusted',
    explanation: 'Only the keys under `trusted_keys` count.',
    hint: 'add the key to `trusted_keys` if you know whose it is',
  },
  PLUGIN_DIGEST_MISMATCH: {
    severity: 'error',
    title: 'the file is not the pinned one',
    explanation: 'Its SHA-256 differs from the pinned one: the file was replaced or changed.',
    hint: 'compare the files with `tiercel plugin diff`, and pin the new one if you want it',
  },
  PLUGIN_TOO_OLD: {
    severity: 'error',
    title: 'the plugin is older than `min_version`',
    explanation:
      'Signatures do not expire: an attacker can offer an old, correctly signed version to bring back a fault.',
    hint: 'get a newer one, or lower `min_version`',
  },
  PLUGIN_ISOLATION_UNTRUSTED: {
    severity: 'error',
    title: 'the plugin may not run in this process',
    explanation:
      'A plugin that is not bundled runs in a separate process, unless a trusted key signed it.',
    hint: 'leave out `isolation: thread`, or add the key of its author to `trusted_keys`',
  },
  ISOLATION_MISSING: {
    severity: 'error',
    title: 'the system does not hold what `isolation.require` asks for',
    explanation:
      'Tools of util-linux (`unshare`, `setpriv`, `prlimit`) confine processes of plugins; some containers forbid it.',
    hint: 'install util-linux, allow the container user namespaces, or require less',
  },
  KEY_UNUSABLE: {
    severity: 'error',
    title: 'the key cannot be used',
    explanation:
      'A secret key is a file as `tiercel plugin keygen` and minisign write it, and its password has to be known.',
  },
  CONFIG_TRUSTED_KEY: {
    severity: 'error',
    title: 'a key cannot be read',
    explanation:
      'A public key is a line that begins with RW, or a file with it, as `tiercel plugin keygen` and minisign write.',
    hint: 'for example `trusted_keys: [RWT…]`, or the path of a .pub file',
  },
} as const satisfies Record<string, CodeRecord>;
