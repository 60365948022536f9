/* `tiercel plugin …` and its options: looking at plugins and making them. The rest is in the files beside. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, type SetExitCode, withCommonFlags } from './common-flags.ts';
import { addInstallation, CONFIG } from './install-program.ts';
import { addTrust } from './trust-program.ts';

export function addPlugin(program: Command, setExitCode: SetExitCode): void {
  const plugins = program
    .command('plugin')
    .description('look at plugins, and make them')
    .exitOverride();
  withCommonFlags(
    plugins
      .command('inspect')
      .description('manifest, imports, digest, size and limits of a plugin, without running it')
      .argument('<plugin>', 'a .wasm file, or the name of an installed or bundled plugin')
      .option(...CONFIG)
      .option('--rules', 'print the rules that it carries instead')
      .option('--sample <name>', 'print a sample that it carries instead'),
  ).action(async (plugin: string, flags: InspectFlags) => {
    const { inspectCommand } = await import('../command/plugin.ts');
    const { json, rules, sample, config, color } = flags;
    const args = { plugin, config, isJson: json === true, isRules: rules === true, sample };
    setExitCode(inspectCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    plugins
      .command('new')
      .description('make a folder for a plugin of one’s own, which builds and alerts at once')
      .argument('<name>', 'of the plugin, and of the folder: small letters, digits, - and _')
      .option('--template <language>', 'assemblyscript, javascript or c', 'assemblyscript'),
  ).action(async (name: string, flags: NewFlags) => {
    const { newCommand } = await import('../command/plugin-new.ts');
    const { template, json = false, color } = flags;
    setExitCode(newCommand({ name, template, isJson: json }, createTerminal(!color)));
  });
  addBuild(plugins, setExitCode);
  addPack(plugins, setExitCode);
  addTest(plugins, setExitCode);
  addTrust(plugins, setExitCode);
  addInstallation(plugins, setExitCode);
  plugins
    .command('wit')
    .description('print the interface between the engine and plugins, as WIT')
    .exitOverride()
    .action(async () => {
      const { witText } = await import('../../tools/author/wit.ts');
      process.stdout.write(witText());
    });
}

interface InspectFlags {
  readonly json?: boolean;
  readonly rules?: boolean;
  readonly config?: string;
  readonly sample?: string;
  readonly color: boolean;
}

interface BuildFlags extends CommonFlags {
  readonly output?: string;
  readonly debug?: boolean;
  readonly watch?: boolean;
}

function addBuild(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('build')
      .description('make a plugin of a folder with a manifest, and AssemblyScript, JavaScript or C')
      .argument('[folder]', 'has manifest.json, and assembly/index.ts, plugin.js or plugin.c', '.')
      .option('-o, --output <file>', 'the plugin (default: its name and .wasm, in the folder)')
      .option('--debug', 'with names and assertions, not optimised (AssemblyScript)')
      .option('--watch', 'build again whenever something changes, until stopped'),
  ).action(async (folder: string, flags: BuildFlags) => {
    const { buildCommand } = await import('../command/plugin-build.ts');
    const { output, debug = false, watch = false, json = false, color } = flags;
    const args = { folder, output, isDebug: debug, isWatching: watch, isJson: json };
    setExitCode(await buildCommand(args, createTerminal(!color)));
  });
}

interface NewFlags extends CommonFlags {
  readonly template: string;
}

interface PackFlags extends CommonFlags {
  readonly manifest: string;
  readonly output?: string;
}

function addPack(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('pack')
      .description('make a plugin of a core module or component of any toolchain, and a manifest')
      .argument('<file>', 'a .wasm file for one of the worlds that `tiercel plugin wit` prints')
      .option('-m, --manifest <file>', 'its manifest', 'manifest.json')
      .option('-o, --output <file>', 'the plugin (default: its name and .wasm, here)'),
  ).action(async (file: string, flags: PackFlags) => {
    const { packCommand } = await import('../command/plugin-pack.ts');
    const { manifest, output, json = false, color } = flags;
    const terminal = createTerminal(!color);
    setExitCode(await packCommand({ file, manifest, output, isJson: json }, terminal));
  });
}

interface TestFlags extends CommonFlags {
  readonly open?: string;
  readonly junit?: string;
  readonly figures: boolean;
  readonly bail?: boolean;
}

function addTest(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('test')
      .description('try whether a plugin keeps to what the engine expects of it, point by point')
      .argument('<plugin>', 'a .wasm file, or the name of a bundled plugin')
      .option('--open <location>', 'a file or folder with events (default: the samples it carries)')
      .option('--junit <file>', 'write a report for build servers')
      .option('--no-figures', 'measure nothing')
      .option('--bail', 'stop at the first point that fails'),
  ).action(async (plugin: string, flags: TestFlags) => {
    const { testCommand } = await import('../command/plugin-test.ts');
    const { open, junit, figures: isMeasured, bail, json, color } = flags;
    const [isBailing, isJson] = [bail === true, json === true];
    const args = { plugin, openParams: open, junit, isMeasured, isBailing, isJson };
    setExitCode(await testCommand(args, createTerminal(!color)));
  });
}
