/* `tiercel search` and its options. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { collect, type SetExitCode } from './common-flags.ts';

interface SearchFlags {
  readonly plugin?: string;
  readonly fields?: string;
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly count?: string;
  readonly limit?: number;
  readonly follow?: boolean;
  readonly quiet?: boolean;
  readonly config?: string;
  readonly rules?: readonly string[];
  readonly option?: readonly string[];
  readonly color: boolean;
}

export function addSearch(program: Command, setExitCode: SetExitCode): void {
  program
    .command('search')
    .description('print the events that match a condition, without a rules file')
    .argument(
      '<condition>',
      'condition, as in a rule; it can use macros and lists of the rules files',
    )
    .argument('[location]', 'location to read (default: the locations of the configuration)')
    .option('--plugin <plugin>', 'source plugin for the location (default: cloudtrail)')
    .option('--fields <names>', 'fields to print, separated by commas')
    .option('--json', 'print JSON lines: the event, or the fields')
    .addOption(
      new Option('--raw', 'print the events as their source has them').conflicts([
        'fields',
        'json',
        'count',
      ]),
    )
    .addOption(
      new Option('--count <field>', 'count the events by the value of a field').conflicts('fields'),
    )
    .option('--limit <n>', 'stop after so many events', toCount)
    .option('-f, --follow', 'read files as they grow, until stopped')
    .option('-q, --quiet', 'print no summary and no progress; losses are still reported')
    .option(
      '-c, --config <file>',
      'configuration file (default: tiercel.yaml in this folder, if it exists)',
    )
    .option('-r, --rules <files>', 'rules files with macros and lists; repeatable', collect)
    .option('-o, --option <key=value>', 'set a key of the configuration; repeatable', collect)
    .option('--no-color', 'print without colours')
    .exitOverride()
    .action(async (condition: string, location: string | undefined, flags: SearchFlags) => {
      const { searchCommand } = await import('../command/search.ts');
      const { splitFields } = await import('../../tools/search/search-rule.ts');
      const args = {
        condition,
        location,
        plugin: flags.plugin,
        fields: splitFields(flags.fields ?? ''),
        form: flags.raw === true ? 'raw' : flags.json === true ? 'json' : 'text',
        countBy: flags.count,
        limit: flags.limit,
        follow: flags.follow === true,
        quiet: flags.quiet === true,
        config: flags.config,
        rules: flags.rules ?? [],
        options: flags.option ?? [],
        isStrict: false,
      } as const;
      setExitCode(await searchCommand(args, createTerminal(!flags.color)));
    });
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a whole number of at least 1.');
  return count;
}
