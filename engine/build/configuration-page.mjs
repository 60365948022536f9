/* schemas/CONFIGURATION.md: all keys of a configuration, out of the schema. `npm run reference` writes it; a test compares. */

import { readFileSync } from 'node:fs';
import { keysOf } from './schema-keys.mjs';

const SCHEMA = new URL('../../schemas/config.schema.json', import.meta.url);

/** Keys of the top level by what they are about; a key of the schema that is in none of them is an error. */
const GROUPS = {
  Rules: [
    ...['rules_files', 'rules_file', 'rules', 'priority', 'rule_matching', 'append_output'],
    ...['static_fields', 'watch_config_files'],
  ],
  'Plugins and streams': [
    ...['plugins', 'load_plugins', 'streams', 'follow', 'isolation', 'trusted_keys'],
    ...['revoked_keys', 'aws', 'webhook'],
  ],
  Alerts: [
    ...['json_output', 'json_include_output_property', 'json_include_message_property'],
    ...['json_include_output_fields_property', 'json_include_tags_property', 'json_include_uuid'],
    'time_format_iso_8601',
  ],
  Outputs: [
    ...['stdout_output', 'file_output', 'program_output', 'http_output', 'syslog_output'],
    'outputs',
  ],
  Operation: [
    ...['data_dir', 'dead_letter_file', 'cache_dir', 'workers', 'webserver', 'metrics'],
    ...['log_level', 'log_format'],
  ],
};
const WITHOUT_EFFECT = /^A key of (?:older versions of )?Falco/;
const TYPES = {
  array: 'list',
  boolean: 'true, false',
  integer: 'number',
  null: 'nothing',
  object: 'mapping',
  string: 'text',
};
const VALUES_SHOWN = 10;

export function makeConfigurationPage() {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const keys = keysOf(schema);
  const top = keys.filter(({ parent }) => parent === '');
  const others = top.filter(({ schema: own }) => WITHOUT_EFFECT.test(own.description ?? ''));
  const named = new Set([...Object.values(GROUPS).flat(), ...others.map(({ name }) => name)]);
  const missing = top.filter(({ name }) => !named.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`keys without a group: ${missing.join(', ')}`);
  return [
    '# Configuration',
    [
      'Made of `config.schema.json` by `npm run reference`. A configuration is a YAML file: `tiercel run -c FILE`. Without `-c`,',
      '`tiercel.yaml` in the current folder is used. Paths are relative to the file. `$' +
        '{NAME}` is a variable of the environment.',
      'On the command line, `-o KEY=VALUE` sets a key: `-o webserver.enabled=true`.',
    ].join('\n'),
    Object.keys(GROUPS)
      .map((group) => `- [${group}](#${anchor(group)})`)
      .concat('- [Without effect](#without-effect)')
      .join('\n'),
    ...Object.entries(GROUPS).flatMap(([group, names]) => [
      `## ${group}`,
      ...tablesOf(names, keys),
    ]),
    '## Without effect',
    'Keys of Falco that Tiercel accepts, so that a `falco.yaml` loads.',
    table(others),
    '',
  ].join('\n\n');
}

/** One table of the keys without others inside of them, then one for each of the rest. */
function tablesOf(names, keys) {
  const withInside = names.map((name) =>
    keys.filter(({ path }) => path === name || isInside(path, name)),
  );
  const simple = withInside.filter((found) => found.length === 1).flat();
  const sections = withInside.filter((found) => found.length > 1);
  return [
    ...(simple.length === 0 ? [] : [table(simple)]),
    ...sections.flatMap((found) => [`### ${found[0].name}`, table(found)]),
  ];
}

const isInside = (path, name) => path.startsWith(`${name}.`) || path.startsWith(`${name}[]`);

function table(keys) {
  const rows = keys.map(({ path, schema }) =>
    [`\`${path}\``, typeOf(schema), ...defaultAndText(schema)].join(' | '),
  );
  return [
    '| key | value | default | |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function typeOf(schema) {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (schema.enum !== undefined) {
    const values = schema.enum.map((value) => `\`${value}\``);
    const shown = values.slice(0, VALUES_SHOWN).join(', ');
    return values.length > VALUES_SHOWN ? `${shown}, …` : shown;
  }
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.type === 'array' && schema.items?.type === 'string') return 'list of texts';
  if (schema.type !== undefined)
    return [schema.type]
      .flat()
      .map((type) => TYPES[type] ?? type)
      .join(', ');
  if (branches.length > 0) return [...new Set(branches.map(typeOf))].join(', ');
  return '';
}

/** A default that is no value of JSON stands at the end of the description. */
const DEFAULT_IN_WORDS = / Default: (.*)\.$/;

function defaultAndText({ default: value, description = '' }) {
  const words = DEFAULT_IN_WORDS.exec(description)?.[1];
  const text = description.replace(DEFAULT_IN_WORDS, '').replaceAll('|', '\\|');
  return [value === undefined ? (words ?? '') : `\`${value}\``, text];
}

const anchor = (heading) => heading.toLowerCase().replaceAll(' ', '-');
