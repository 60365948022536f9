#!/usr/bin/env node
/* Arguments in, exit code out. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { packageRoot } from '../base/package-root.ts';
import { LISTABLE, type Listable, listCommand } from './command/list.ts';
import { inspectCommand } from './command/plugin.ts';
import { runCommand } from './command/run.ts';
import { validateCommand } from './command/validate.ts';
import { EXIT, EXIT_HELP } from './exit-code.ts';
import type { ListFormat } from './table.ts';
import { createTerminal } from './terminal.ts';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

interface CommonOptions {
  readonly config?: string;
  readonly rules: readonly string[];
  readonly option: readonly string[];
  readonly json?: boolean;
  readonly color: boolean;
}

interface RunFlags extends CommonOptions {
  readonly quiet?: boolean;
  readonly validate: readonly string[];
  readonly list?: boolean;
}

function withCommon(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (tiercel.yaml)')
    .option('-r, --rules <file>', 'rules file or folder; may be repeated', collect, [])
    .option(
      '-o, --option <key=value>',
      'override a key of the configuration; may be repeated',
      collect,
      [],
    )
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours');
}

async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    if (argv.length <= 2) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync([...argv.slice(0, 2), ...withFalcoLetters(argv.slice(2))]);
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** `-V` alone is the version; with a file it is Falco's validation, with or without `run` before it. */
function withFalcoLetters(args: readonly string[]): readonly string[] {
  if (args[0] !== '-V') return args;
  return args.length === 1 ? ['--version'] : ['run', ...args];
}

/** With `-V`, further rules files may stand behind it. */
function filesToValidate(flags: RunFlags, ...others: (string | undefined)[]): string[] {
  return [...flags.validate, ...others.filter((one) => one !== undefined).filter(isYamlName)];
}

function isYamlName(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

function createProgram(setExitCode: (code: number) => void): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('tiercel')
    .description('Evaluates Falco rules over event streams, with sandboxed WebAssembly plugins')
    .version(version, '--version', 'print the version (also -V alone)')
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', EXIT_HELP);
  addRun(program, setExitCode);
  addValidate(program, setExitCode);
  addList(program, setExitCode);
  addPlugin(program, setExitCode);
  return program;
}

function addRun(program: Command, setExitCode: (code: number) => void): void {
  withCommon(program.command('run'))
    .description('read a source and print alerts: tiercel run cloudtrail ./AWSLogs')
    .argument('[plugin]', 'source plugin: a bundled one, one of the configuration, or a .wasm file')
    .argument('[location]', 'what it opens')
    .option('-q, --quiet', 'alerts only, no summary and no progress')
    .option('-V, --validate <file>', 'only validate this rules file; may be repeated', collect, [])
    .option('-L, --list', 'only list the rules')
    .exitOverride()
    .action(async (plugin: string | undefined, location: string | undefined, flags: RunFlags) => {
      const terminal = createTerminal(!flags.color);
      const common = { config: flags.config, options: flags.option };
      if (flags.validate.length > 0) {
        setExitCode(
          validateCommand(
            {
              ...common,
              files: filesToValidate(flags, plugin, location),
              json: flags.json === true,
            },
            terminal,
          ),
        );
      } else if (flags.list === true) {
        const format = flags.json === true ? 'json' : 'text';
        setExitCode(
          listCommand(
            { ...common, what: 'rules', source: undefined, rules: flags.rules, format },
            terminal,
          ),
        );
      } else {
        const args = {
          ...common,
          plugin,
          openParams: location,
          rules: flags.rules,
          json: flags.json === true,
          quiet: flags.quiet === true,
        };
        setExitCode(await runCommand(args, terminal));
      }
    });
}

function addValidate(program: Command, setExitCode: (code: number) => void): void {
  withCommon(program.command('validate'))
    .description('check rules, configuration and plugins')
    .argument('[files...]', 'rules files')
    .exitOverride()
    .action((files: string[], flags: CommonOptions) => {
      const all = [...files, ...flags.rules];
      const args = {
        files: all,
        config: flags.config,
        options: flags.option,
        json: flags.json === true,
      };
      setExitCode(validateCommand(args, createTerminal(!flags.color)));
    });
}

function addList(program: Command, setExitCode: (code: number) => void): void {
  withCommon(program.command('list'))
    .description(`list ${LISTABLE.join(', ')}`)
    .argument('<what>', LISTABLE.join(' | '))
    .option('--source <name>', 'fields of this event source only')
    .addOption(
      new Option('--format <format>').choices(['text', 'markdown', 'json']).default('text'),
    )
    .exitOverride()
    .action(
      (
        what: string,
        flags: CommonOptions & { source?: string; format: ListFormat },
        command: Command,
      ) => {
        if (!(LISTABLE as readonly string[]).includes(what)) {
          command.error(`error: cannot list '${what}', expected one of ${LISTABLE.join(', ')}`, {
            exitCode: EXIT.usage,
          });
        }
        const format = flags.json === true ? 'json' : flags.format;
        const args = {
          what: what as Listable,
          source: flags.source,
          config: flags.config,
          rules: flags.rules,
          options: flags.option,
          format,
        };
        setExitCode(listCommand(args, createTerminal(!flags.color)));
      },
    );
}

function addPlugin(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('plugin')
    .description('look at plugins')
    .exitOverride()
    .command('inspect')
    .description('manifest, imports, digest, size and limits of a plugin, without running it')
    .argument('<file>', 'a .wasm file')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action((file: string, flags: { json?: boolean; color: boolean }) => {
      setExitCode(
        inspectCommand(file, flags.json === true ? 'json' : 'text', createTerminal(!flags.color)),
      );
    });
}

let writeError: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  writeError ??= error;
});
// What cannot be said to people cannot be complained about either.
process.stderr.on('error', () => {});

const exitCode = await main(process.argv);
await new Promise<void>((resolve) => {
  if (process.stdout.destroyed) resolve();
  else process.stdout.write('', () => resolve());
});
// A reader that went away (`| head`) wanted no more; a full disk is a loss.
if (writeError !== undefined && writeError.code !== 'EPIPE' && exitCode === EXIT.ok) {
  process.stderr.write(`tiercel: standard output could not be written: ${writeError.message}\n`);
  process.exitCode = EXIT.incomplete;
} else process.exitCode = exitCode;
