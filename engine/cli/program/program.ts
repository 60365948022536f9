/* The commands and their options. The code of a command is loaded when it runs. */

import { Command, CommanderError, Option } from 'commander';
import { VERSION } from '#generated/build-info';
import type { ValidateFormat } from '../command/validate.ts';
import { EXIT, EXIT_HELP } from '../console/exit-code.ts';
import { LISTABLE, type Listable } from '../console/listable.ts';
import type { LoadArguments } from '../console/load.ts';
import type { ListFormat } from '../console/table.ts';
import { createTerminal } from '../console/terminal.ts';
import { normalizeArguments } from './arguments.ts';
import { addBundle } from './bundle-program.ts';
import { collect, type SetExitCode } from './common-flags.ts';
import { addExamples } from './examples.ts';
import { addPlugin } from './plugin-program.ts';
import { addRules } from './rules-program.ts';
import { addSearch } from './search-program.ts';
import { addSpool } from './spool-program.ts';

interface CommonOptions {
  readonly config?: string;
  readonly rules?: readonly string[];
  readonly option?: readonly string[];
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

interface RunFlags extends CommonOptions {
  readonly quiet?: boolean;
  readonly follow?: boolean;
  readonly fromStart?: boolean;
  readonly fromDeadLetter?: string;
  readonly workers?: string;
  readonly validate?: readonly string[];
  readonly list?: boolean;
}

const EXCESS_HINT = '  hint: a location is one file or folder; rules files come after -r';

/** Resolves to the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    if (args.length === 0) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync(normalizeArguments(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.excessArguments' && args.includes('run'))
      process.stderr.write(`${EXCESS_HINT}\n`);
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

export function createProgram(setExitCode: SetExitCode): Command {
  const program = new Command('tiercel')
    .description('Evaluates Falco rules over event streams, with sandboxed WebAssembly plugins')
    .version(VERSION, '--version', 'print the version (also -V alone)')
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', EXIT_HELP);
  addRun(program, setExitCode);
  addSearch(program, setExitCode);
  addValidate(program, setExitCode);
  addList(program, setExitCode);
  addExplain(program, setExitCode);
  addPlugin(program, setExitCode);
  addRules(program, setExitCode);
  addBundle(program, setExitCode);
  addSpool(program, setExitCode);
  addExamples(program);
  return program;
}

function withCommon(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration file (default: tiercel.yaml in this folder, if it exists)',
    )
    .option('-r, --rules <files>', 'rules files, folders or globs; repeatable', collect)
    .option('-o, --option <key=value>', 'set a key of the configuration; repeatable', collect)
    .option('--strict', 'treat warnings about rules and configuration as errors')
    .option('--json', 'print JSON')
    .option('--no-color', 'print without colours')
    .exitOverride();
}

function addRun(program: Command, setExitCode: SetExitCode): void {
  withCommon(program.command('run'))
    .description('read events, evaluate rules and send alerts')
    .argument('[plugin]', 'source plugin: name of a bundled or configured plugin, or a .wasm file')
    .argument(
      '[location]',
      'location to read: a file, a folder, s3://, sqs://, http://, unix: or -',
    )
    .option('-q, --quiet', 'print only alerts, and one line if something was lost')
    .option('-f, --follow', 'read files as they grow, until stopped')
    .option(
      '--from-start',
      'read streams from their start, not from their checkpoints in `data_dir`',
    )
    .option(
      '--from-dead-letter <file>',
      'evaluate the events again that a run set aside in this file',
    )
    .option('--workers <n>', 'threads that evaluate rules (default: number of cores − 1)')
    .option('-V, --validate <files>', 'validate these rules files and stop; repeatable', collect)
    .option('-L, --list', 'list the rules and stop')
    .action(async (plugin: string | undefined, location: string | undefined, flags: RunFlags) => {
      if (location !== undefined && flags.fromDeadLetter !== undefined) {
        program.error('error: --from-dead-letter reads no location: remove one of them', {
          exitCode: EXIT.usage,
        });
      }
      if (flags.validate !== undefined) setExitCode(await validate(flags.validate, flags));
      else if (flags.list === true) setExitCode(await list('rules', flags));
      else setExitCode(await run(plugin, location, flags));
    });
}

async function run(
  plugin: string | undefined,
  openParams: string | undefined,
  flags: RunFlags,
): Promise<number> {
  const { runCommand } = await import('../command/run.ts');
  const args = {
    ...loadArguments(flags),
    plugin,
    openParams,
    json: flags.json === true,
    quiet: flags.quiet === true,
    follow: flags.follow === true,
    fromStart: flags.fromStart === true,
    deadLettersFrom: flags.fromDeadLetter,
    workers: flags.workers,
  };
  return runCommand(args, createTerminal(!flags.color));
}

function addValidate(program: Command, setExitCode: SetExitCode): void {
  withCommon(program.command('validate'))
    .description('check rules, configuration and plugins')
    .argument('[files...]', 'rules files, folders or globs')
    .addOption(
      new Option('--format <format>', 'sarif is for tools that show code reviews')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .option('--first-error', 'report only the first error, as Falco does')
    .action(async (files: string[], flags: ValidateFlags) => {
      setExitCode(await validate([...files, ...(flags.rules ?? [])], flags));
    });
}

type ValidateFlags = CommonOptions & {
  readonly format?: ValidateFormat;
  readonly firstError?: boolean;
};

async function validate(rules: readonly string[], flags: ValidateFlags): Promise<number> {
  const { validateCommand } = await import('../command/validate.ts');
  const { format = 'text', firstError = false } = flags;
  const args = {
    ...loadArguments(flags),
    rules,
    format: flags.json === true ? ('json' as const) : format,
    isFirstErrorOnly: firstError,
  };
  return validateCommand(args, createTerminal(!flags.color));
}

type ListFlags = CommonOptions & { readonly source?: string; readonly format?: ListFormat };

function addList(program: Command, setExitCode: SetExitCode): void {
  withCommon(program.command('list'))
    .description(`list ${LISTABLE.join(', ')}`)
    .argument('<what>', LISTABLE.join(' | '))
    .option('--source <name>', 'list only the fields of this event source')
    .addOption(
      new Option('--format <format>').choices(['text', 'markdown', 'json']).default('text'),
    )
    .action(async (what: string, flags: ListFlags, command: Command) => {
      const known = LISTABLE.find((one) => one === what);
      if (known === undefined) {
        command.error(`error: cannot list '${what}', expected one of ${LISTABLE.join(', ')}`, {
          exitCode: EXIT.usage,
        });
      }
      setExitCode(await list(known as Listable, flags));
    });
}

async function list(what: Listable, flags: ListFlags): Promise<number> {
  const { listCommand } = await import('../command/list.ts');
  const format = flags.json === true ? 'json' : (flags.format ?? 'text');
  const args = { ...loadArguments(flags), what, source: flags.source, format };
  return listCommand(args, createTerminal(!flags.color));
}

function addExplain(program: Command, setExitCode: SetExitCode): void {
  program
    .command('explain')
    .description('explain a diagnostic code')
    .argument(
      '[codes...]',
      'codes of Tiercel or Falco (LOAD_UNKNOWN_SOURCE); without any, all codes are listed',
    )
    .addOption(
      new Option('--format <format>').choices(['text', 'markdown', 'json']).default('text'),
    )
    .option('--json', 'print JSON')
    .exitOverride()
    .action(async (names: string[], flags: { format: ListFormat; json?: boolean }) => {
      const { explainCommand } = await import('../command/explain.ts');
      const format = flags.json === true ? 'json' : flags.format;
      setExitCode(explainCommand({ names, format }, createTerminal(true)));
    });
}

/** The options that all commands with rules have. */
function loadArguments({ config, rules, option, strict }: CommonOptions): LoadArguments {
  return { config, rules: rules ?? [], options: option ?? [], isStrict: strict === true };
}
