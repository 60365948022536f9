/* Falco's sentences about items of rules files, in our words. Conditions and outputs have theirs beside the checks. */

interface Wording {
  readonly pattern: RegExp;
  /** `$1` and so on as in `String.replace`. */
  readonly message: string;
  readonly hint?: string;
}

const WORDINGS: readonly Wording[] = [
  { pattern: /^Item has no mapping for key '(.*)'$/s, message: 'the key `$1` is missing' },
  { pattern: /^Mapping for key '(.*)' is empty$/s, message: 'the key `$1` has no value' },
  { pattern: /^Value must be non-empty$/, message: 'the value is empty' },
  {
    pattern: /^Value is not a scalar value$/,
    message: 'expected a text, found a list or a mapping',
  },
  {
    pattern: /^Value is not a sequence$/,
    message: 'expected a list, found something else',
    hint: 'write `[a, b]`',
  },
  {
    pattern: /^sequence value is not scalar$/i,
    message: 'expected a text in the list, found a list or a mapping',
  },
  { pattern: /^Can't decode YAML scalar value$/, message: 'expected true or false' },
  {
    pattern: /^Rules content is not yaml array of objects$/,
    message: 'expected a list of items, found a mapping',
  },
  {
    pattern: /^Rules content is not yaml$/,
    message: 'expected a list of items, found a text',
    hint: 'begin each item with `- `, such as `- rule: NAME`',
  },
  {
    pattern: /^Unexpected element type\. Each element should be a yaml associative array\.$/,
    message: 'expected an item with keys, found a text or a list',
    hint: 'an item begins with `- rule: `, `- macro: ` or `- list: `',
  },
  { pattern: /^Unknown top level item$/, message: 'unknown item; it is ignored' },
  {
    pattern: /^Unknown key '(.*)'\. The key will be ignored\.$/s,
    message: 'unknown key `$1`; it is ignored',
  },
  {
    pattern: /^Rule exceptions must be a sequence$/,
    message: '`exceptions` is not a list',
    hint: 'begin each exception with `- name: `',
  },
  {
    pattern: /^Rule exception must be a mapping$/,
    message: 'an exception is not a mapping',
    hint: 'begin it with `- name: `',
  },
  {
    pattern: /^Rule exception values must be a sequence$/,
    message: '`values` is not a list',
    hint: 'write `values: [[a, b]]`',
  },
  {
    pattern: /^Multiple definitions of exception '(.*)' in the same rule$/s,
    message: 'the exception `$1` is there twice; both apply',
  },
  {
    pattern: /^Overriding\/appending exception with no values$/,
    message: 'the exception has no `values`, so nothing is appended',
  },
  {
    pattern: /^Can not append exception fields\/comps to existing exception, only values$/,
    message: 'the exception exists already: only `values` can be appended to it',
    hint: 'remove `fields` and `comps`, or give the exception another name',
  },
  {
    pattern: /^Rule exception must have (fields|values) property with a list of \w+$/,
    message: 'the new exception has no `$1`',
    hint: 'add `$1:`, or check the name of the exception',
  },
  {
    pattern: /^Appended rule must have exceptions or condition property$/,
    message: '`append: true` with nothing to append',
    hint: 'add `condition:` or `exceptions:`',
  },
  {
    pattern: /^(\w+) uses 'append' or 'override\..*' but no \w+ by that name already exists$/,
    message: 'nothing to append to: no earlier item has this name',
    hint: 'load the file with the item first, or define it here',
  },
  {
    pattern: /^An 'override\..*' to a rule was requested but no rule by that name already exists$/,
    message: 'nothing to replace: no earlier rule has this name',
    hint: 'load the file with the rule first',
  },
  {
    pattern: /^Rule has 'enabled' key but no rule by that name already exists$/,
    message: 'nothing to enable or disable: no earlier rule has this name',
    hint: 'load the file with the rule first',
  },
  {
    pattern: /^Rule has been re-defined with a different source$/,
    message: 'the rule has another `source` than where it was defined',
    hint: 'give one of the two rules another name',
  },
  {
    pattern: /^The standalone 'enabled' key usage is deprecated\..*/s,
    message: '`enabled` alone is deprecated',
    hint: 'add `override: {enabled: replace}`',
  },
  {
    pattern: /^'append' key is deprecated\..*/s,
    message: '`append: true` is deprecated',
    hint: 'write `override: {condition: append}`, with the keys that are appended',
  },
  {
    pattern: /^Keys 'override' and 'append: true' cannot be used together\..*/s,
    message: '`append: true` and `override` cannot stand together',
    hint: 'remove `append: true`',
  },
  {
    pattern: /^Key '(.*)' cannot be appended to, use 'replace' instead$/s,
    message: '`$1` cannot be appended to',
    hint: 'write `$1: replace`',
  },
  { pattern: /^Key '(.*)' cannot be replaced$/s, message: '`$1` cannot be replaced' },
  {
    pattern: /^Invalid override operation for key '(.*)': '(.*)'\. Allowed values are: .*$/s,
    message: 'unknown operation `$2` for `$1`',
    hint: 'write `append` or `replace`',
  },
  {
    pattern: /^An (append|replace) override for '(.*)' was specified but '.*' is not defined$/s,
    message: '`override` names `$2`, which the item does not have',
  },
  {
    pattern: /^Unexpected key '(.*)': no corresponding entry under 'override' is defined\.$/s,
    message: '`$1` has no entry under `override`',
  },
  {
    pattern: /^(?:List|Macro) has an invalid name\. .*expression: (.*)$/s,
    message: 'unusual name: Falco expects `$1`',
  },
  {
    pattern: /^Unable to parse engine version '(.*)' as a semver string\..*$/s,
    message: '`$1` is not a version',
  },
  {
    pattern: /^Rules require engine version (.*), but engine version is (.*)$/,
    message: 'the file is for version $1 of the engine; this one has $2',
  },
  {
    pattern: /^Value of required_plugin_versions must be a sequence$/,
    message: '`required_plugin_versions` is not a list',
    hint: 'begin each plugin with `- name: `',
  },
  {
    pattern: /^Value of plugin version alternatives must be a sequence$/,
    message: '`alternatives` is not a list',
    hint: 'begin each plugin with `- name: `',
  },
  {
    pattern: /^Plugin version must be a mapping$/,
    message: 'expected `name` and `version` of a plugin',
  },
  {
    pattern: /^Defined multiple alternative version requirements for plugin '(.*)'$/s,
    message: 'the plugin `$1` is there twice',
  },
  {
    pattern: /^Invalid required version '(.*)' for plugin '(.*)'$/s,
    message: '`$1` is not a version of a plugin',
  },
  {
    pattern: /^regex check with '(.*)' may be optimized with simpler operators.*$/s,
    message: '`regex` with the plain text `$1`',
    hint: 'write `=`, `contains`, `startswith` or `endswith`',
  },
  {
    pattern: /^'(.*)' may be a valid field(?: transformer)? misused as a const string value$/s,
    message: '`$1` is a text here, and looks like a field',
    hint: 'write `val($1)` for the value of the field; put a text in quotes',
  },
  {
    pattern: /^(List|Macro) not referred to by any other rule\/macro$/,
    message: 'not used by any rule',
    hint: 'remove it, or use it in a rule',
  },
];

export function inOurWords(falcoMessage: string): Omit<Wording, 'pattern'> | undefined {
  const wording = WORDINGS.find(({ pattern }) => pattern.test(falcoMessage));
  if (wording === undefined) return undefined;
  const { pattern, message, hint } = wording;
  const fill = (text: string): string => falcoMessage.replace(pattern, text);
  return { message: fill(message), ...(hint === undefined ? {} : { hint: fill(hint) }) };
}
