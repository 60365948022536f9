/* Examples at the end of the help of each command. */

import type { Command } from 'commander';

/** By command; the words after `tiercel`. */
export const EXAMPLES: Readonly<Record<string, readonly [string, string]>> = {
  '': ['tiercel run cloudtrail ./AWSLogs', 'tiercel validate my_rules.yaml'],
  run: [
    'tiercel run cloudtrail ./AWSLogs -r my_rules.yaml --json',
    'tiercel run -c tiercel.yaml --follow',
  ],
  search: [
    "tiercel search 'ct.name = ConsoleLogin' ./AWSLogs --fields ct.user,ct.srcip",
    "tiercel search 'ct.user = eve' ./AWSLogs --count ct.name",
  ],
  validate: ['tiercel validate my_rules.yaml --strict', 'tiercel validate rules/ --format sarif'],
  list: ['tiercel list fields --source aws_cloudtrail', 'tiercel list rules -r my_rules.yaml'],
  explain: ['tiercel explain RULE_NONE', 'tiercel explain'],
  plugin: ['tiercel plugin new shop', 'tiercel plugin inspect cloudtrail'],
  'plugin inspect': [
    'tiercel plugin inspect cloudtrail',
    'tiercel plugin inspect ./shop.wasm --rules',
  ],
  'plugin new': ['tiercel plugin new shop', 'tiercel plugin new shop --template javascript'],
  'plugin build': ['tiercel plugin build', 'tiercel plugin build ./shop --watch'],
  'plugin pack': [
    'tiercel plugin pack shop.core.wasm',
    'tiercel plugin pack shop.core.wasm -m manifest.json -o shop.wasm',
  ],
  'plugin test': [
    'tiercel plugin test shop.wasm',
    'tiercel plugin test shop.wasm --open samples --junit report.xml',
  ],
  'plugin keygen': ['tiercel plugin keygen', 'tiercel plugin keygen -o acme'],
  'plugin sign': [
    'tiercel plugin sign shop.wasm -k acme.key',
    'tiercel plugin sign shop.wasm -k acme.key --detached',
  ],
  'plugin verify': [
    'tiercel plugin verify shop.wasm -k acme.pub',
    'tiercel plugin verify shop.wasm -c tiercel.yaml',
  ],
  'plugin install': [
    'tiercel plugin install oci://registry.example.com/plugins/shop:1.2.0 -k acme.pub',
    'tiercel plugin install',
  ],
  'plugin list': ['tiercel plugin list', 'tiercel plugin list --json'],
  'plugin remove': ['tiercel plugin remove shop', 'tiercel plugin remove shop --purge'],
  'plugin outdated': ['tiercel plugin outdated', 'tiercel plugin outdated -c tiercel.yaml'],
  'plugin diff': ['tiercel plugin diff shop ./shop.wasm', 'tiercel plugin diff old.wasm new.wasm'],
  'plugin push': [
    'tiercel plugin push shop.wasm oci://registry.example.com/plugins/shop',
    'tiercel plugin push shop.wasm oci://registry.example.com/plugins/shop:1.2.0 --force',
  ],
  'plugin pull': [
    'tiercel plugin pull oci://registry.example.com/plugins/shop:1.2.0',
    'tiercel plugin pull https://example.com/shop.wasm -o shop.wasm',
  ],
  'plugin wit': ['tiercel plugin wit', 'tiercel plugin wit > plugin.wit'],
  rules: ['tiercel rules install my_rules.yaml', 'tiercel rules list'],
  'rules install': [
    'tiercel rules install oci://registry.example.com/rules/shop:1.0.0 -k acme.pub',
    'tiercel rules install ./shop_rules.yaml --name shop',
  ],
  'rules list': ['tiercel rules list', 'tiercel rules list -c tiercel.yaml'],
  'rules remove': ['tiercel rules remove shop', 'tiercel rules remove shop --purge'],
  'rules sign': [
    'tiercel rules sign shop_rules.yaml',
    'tiercel rules sign shop_rules.yaml -k acme.key',
  ],
  'rules push': [
    'tiercel rules push shop_rules.yaml oci://registry.example.com/rules/shop:1.0.0',
    'tiercel rules push shop_rules.yaml oci://registry.example.com/rules/shop:1.0.0 --force',
  ],
  bundle: ['tiercel bundle', 'tiercel bundle install tiercel-bundle.tar.gz /etc/tiercel'],
  'bundle create': [
    'tiercel bundle create -c tiercel.yaml',
    'tiercel bundle create -o site-a.tar.gz',
  ],
  'bundle install': [
    'tiercel bundle install tiercel-bundle.tar.gz /etc/tiercel',
    'tiercel bundle install tiercel-bundle.tar.gz -k acme.pub',
  ],
  spool: ['tiercel spool list', 'tiercel spool send siem --to siem'],
  'spool list': ['tiercel spool list', 'tiercel spool list -c tiercel.yaml --json'],
  'spool send': [
    'tiercel spool send siem --to siem',
    'tiercel spool send old-siem --to siem --force',
  ],
  'spool drop': ['tiercel spool drop old-siem', 'tiercel spool drop old-siem -c tiercel.yaml'],
};

/** To the help of a command and of all below it. */
export function addExamples(command: Command, words: readonly string[] = []): void {
  const examples = EXAMPLES[words.join(' ')] ?? [];
  command.addHelpText('after', `\nExamples:\n${examples.map((text) => `  ${text}`).join('\n')}`);
  for (const inner of command.commands) addExamples(inner, [...words, inner.name()]);
}
