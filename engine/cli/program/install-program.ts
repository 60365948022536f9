/* `tiercel plugin install` and what belongs to it, and their options. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, collect, type SetExitCode, withCommonFlags } from './common-flags.ts';

/** Of those that have a lock. */
export const CONFIG = [
  '-c, --config <file>',
  'the lock is beside it (default: tiercel.yaml here, or the user’s)',
] as const;

export function addInstallation(plugins: Command, setExitCode: SetExitCode): void {
  addInstall(plugins, setExitCode);
  addInstalled(plugins, setExitCode);
  addOutdated(plugins, setExitCode);
  addDiff(plugins, setExitCode);
  addRegistry(plugins, setExitCode);
}

interface InstallFlags extends CommonFlags {
  readonly key?: readonly string[];
  readonly grant?: readonly string[];
  readonly force?: boolean;
  readonly config?: string;
}

function addInstall(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('install')
    .description('show what a plugin may do, and put it into the lock: tiercel.lock')
    .argument(
      '[reference]',
      'a file, an https URL, oci://… or a name (default: all that the lock names)',
    )
    .option('-k, --key <key>', 'a public key that has to have signed it; repeatable', collect)
    .option('--grant <capability>', 'something that it asks for, as clock; repeatable', collect)
    .option('--force', 'also an older version, or another file of the same one')
    .option(
      '-c, --config <file>',
      'the lock is beside it (default: tiercel.yaml here, or the user’s)',
    )
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (reference: string | undefined, flags: InstallFlags) => {
      const { installCommand } = await import('../command/plugin-install.ts');
      const { key = [], grant = [], force = false, config, json = false, color } = flags;
      const args = { reference, config, keys: key, grants: grant, isForced: force, isJson: json };
      setExitCode(await installCommand(args, createTerminal(!color)));
    });
}

interface InstalledFlags extends CommonFlags {
  readonly purge?: boolean;
  readonly config?: string;
}

function addInstalled(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('list')
    .description('what is installed: the lock')
    .option(
      '-c, --config <file>',
      'the lock is beside it (default: tiercel.yaml here, or the user’s)',
    )
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async ({ config, json = false, color }: InstalledFlags) => {
      const { installedCommand } = await import('../command/plugin-installed.ts');
      const args = { kind: 'plugins' as const, config, isJson: json };
      setExitCode(installedCommand(args, createTerminal(!color)));
    });
  plugins
    .command('remove')
    .description('take a plugin out of the lock')
    .argument('<name>', 'of the plugin')
    .option('--purge', 'its file as well, which other locks may name')
    .option(
      '-c, --config <file>',
      'the lock is beside it (default: tiercel.yaml here, or the user’s)',
    )
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (name: string, flags: InstalledFlags) => {
      const { removeCommand } = await import('../command/plugin-installed.ts');
      const { purge = false, config, json = false, color } = flags;
      const args = { kind: 'plugins' as const, name, isPurged: purge, config, isJson: json };
      setExitCode(removeCommand(args, createTerminal(!color)));
    });
}

function addOutdated(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('outdated')
      .description('of which installed plugins there is a newer version where they came from')
      .option(...CONFIG),
  ).action(async ({ config, json = false, color }: InstalledFlags) => {
    const { outdatedCommand } = await import('../command/plugin-outdated.ts');
    setExitCode(await outdatedCommand({ config, isJson: json }, createTerminal(!color)));
  });
}

function addDiff(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('diff')
      .description('what another version of a plugin has, asks for and does otherwise')
      .argument(
        '<old>',
        'a file, an https URL, oci://…, or the name of what is installed or bundled',
      )
      .argument('<new>', 'the same')
      .option(...CONFIG),
  ).action(async (before: string, after: string, flags: InstalledFlags) => {
    const { diffCommand } = await import('../command/plugin-diff.ts');
    const { config, json = false, color } = flags;
    setExitCode(await diffCommand({ before, after, config, isJson: json }, createTerminal(!color)));
  });
}

interface RegistryFlags extends CommonFlags {
  readonly output?: string;
  readonly force?: boolean;
}

function addRegistry(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('push')
      .description('publish a plugin in a registry (OCI)')
      .argument('<file>', 'a .wasm file')
      .argument('<reference>', 'oci://REGISTRY/REPOSITORY:TAG (default of the tag: its version)')
      .option('--force', 'also where the tag has another plugin now'),
  ).action(async (file: string, reference: string, flags: RegistryFlags) => {
    const { pushCommand } = await import('../command/plugin-registry.ts');
    const { force = false, json = false, color } = flags;
    const args = { file, reference, isForced: force, isJson: json };
    setExitCode(await pushCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    plugins
      .command('pull')
      .description('fetch a plugin without installing it')
      .argument('<reference>', 'oci://REGISTRY/REPOSITORY:TAG, or an https URL')
      .option('-o, --output <file>', 'the file (default: its name and .wasm, here)'),
  ).action(async (reference: string, flags: RegistryFlags) => {
    const { pullCommand } = await import('../command/plugin-registry.ts');
    const { output, json = false, color } = flags;
    setExitCode(await pullCommand({ reference, output, isJson: json }, createTerminal(!color)));
  });
}
