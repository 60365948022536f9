import type { CodeRecord } from './code-record.ts';

export const TRUST_CODES = {
  SIGNATURE_MISSING: {
    severity: 'error',
    title: 'the plugin is not signed',
    explanation:
      'With `trusted_keys` only what one of these keys signed is loaded, and what ships with the product.',
    hint: 'ask its author for a signed one, or sign it after a look at it: `tiercel plugin sign`',
  },
  SIGNATURE_MISPLACED: {
    severity: 'error',
    title: 'the signature is not the end of the file',
    explanation:
      'A signature is the last section, and there is one section of them. What stands behind it was not signed.',
    hint: 'get the plugin again from where it is published',
  },
  SIGNATURE_MALFORMED: {
    severity: 'error',
    title: 'the signature cannot be read',
    explanation: 'It is damaged, or made by a version of the product that knows another form.',
    hint: 'get the plugin again from where it is published',
  },
  SIGNATURE_WRONG: {
    severity: 'error',
    title: 'the signature is not that of the file',
    explanation:
      'The plugin was changed after it was signed, or a signature was put on it that belongs to another.',
    hint: 'do not use it; get it again from where it is published',
  },
  SIGNATURE_REVOKED_KEY: {
    severity: 'error',
    title: 'the plugin is signed with a key that was revoked',
    explanation: 'A key under `revoked_keys` is not trusted any more, whoever has it now.',
    hint: 'get a version of it that is signed with a newer key',
  },
  SIGNATURE_UNKNOWN_KEY: {
    severity: 'error',
    title: 'the plugin is signed with a key that is not trusted',
    explanation: 'Only the keys under `trusted_keys` count.',
    hint: 'add the key to `trusted_keys` if you know whose it is',
  },
  PLUGIN_DIGEST_MISMATCH: {
    severity: 'error',
    title: 'the file is another one than was agreed to',
    explanation: 'Its SHA-256 is not the one that is pinned: it was replaced or changed since.',
    hint: 'compare them with `tiercel plugin diff`, and pin the new one if that is what you want',
  },
  PLUGIN_TOO_OLD: {
    severity: 'error',
    title: 'the plugin is older than it may be',
    explanation:
      'A signature does not grow old: whoever offers an old version, rightly signed, may want a fault back.',
    hint: 'get a newer one, or lower `min_version`',
  },
  PLUGIN_ISOLATION_UNTRUSTED: {
    severity: 'error',
    title: 'the plugin may not be called in this process',
    explanation:
      'A plugin of others runs in a process of its own, unless it is signed by a key that is trusted.',
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
