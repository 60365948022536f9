/* `tiercel plugin …` and its options: to inspect plugins and to make them. The other files have the rest. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, type SetExitCode, withCommonFlags } from './common-flags.ts';
import { addInstallation, CONFIG } from './install-program.ts';
import { addTrust } from './trust-program.ts';

export function addPlugin(program: Command, setExitCode: SetExitCode): void {
  const plugins = program
    .command('plugin')
    .description('inspect, make, sign and install plugins')
    .exitOverride();
  withCommonFlags(
    plugins
      .command('inspect')
      .description('show manifest, permissions, digest and limits of a plugin, without running it')
      .argument('<plugin>', '.wasm file, or the name of an installed or bundled plugin')
      .option(...CONFIG)
      .option('--rules', 'print only the rules in the plugin')
      .option('--sample <name>', 'print only this sample in the plugin'),
  ).action(async (plugin: string, flags: InspectFlags) => {
    const { inspectCommand } = await import('../command/plugin.ts');
    const { json, rules, sample, config, color } = flags;
    const args = { plugin, config, isJson: json === true, isRules: rules === true, sample };
    setExitCode(inspectCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    plugins
      .command('new')
      .description('make the folder of a new plugin, which builds and gives an alert')
      .argument(
        '<name>',
        'name of the plugin and of the folder: lowercase letters, digits, - and _',
      )
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
      .description('build a plugin from AssemblyScript, JavaScript or C')
      .argument(
        '[folder]',
        'folder with manifest.json and assembly/index.ts, plugin.js or plugin.c',
        '.',
      )
      .option('-o, --output <file>', 'file of the plugin (default: NAME.wasm in the folder)')
      .option('--debug', 'keep names and assertions, do not optimise (AssemblyScript)')
      .option('--watch', 'rebuild after each change, until stopped'),
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
      .description('make a plugin from a core module or component of any toolchain')
      .argument('<file>', '.wasm file for one of the worlds that `tiercel plugin wit` prints')
      .option('-m, --manifest <file>', 'manifest of the plugin', 'manifest.json')
      .option('-o, --output <file>', 'file of the plugin (default: NAME.wasm in this folder)'),
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
      .description('check a plugin against its contract, point by point')
      .argument('<plugin>', '.wasm file, or the name of a bundled plugin')
      .option('--open <location>', 'location with events (default: the samples in the plugin)')
      .option('--junit <file>', 'write a JUnit report')
      .option('--no-figures', 'skip the measurements')
      .option('--bail', 'stop at the first failed point'),
  ).action(async (plugin: string, flags: TestFlags) => {
    const { testCommand } = await import('../command/plugin-test.ts');
    const { open, junit, figures: isMeasured, bail, json, color } = flags;
    const [isBailing, isJson] = [bail === true, json === true];
    const args = { plugin, openParams: open, junit, isMeasured, isBailing, isJson };
    setExitCode(await testCommand(args, createTerminal(!color)));
  });
}
