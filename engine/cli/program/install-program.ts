/* `tiercel plugin install`, `list`, `remove`, `outdated`, `diff`, `push` and `pull`, with their options. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, collect, type SetExitCode, withCommonFlags } from './common-flags.ts';

/** The option of all commands that use a lock. */
export const CONFIG = [
  '-c, --config <file>',
  'configuration file beside the lock (default: tiercel.yaml in this folder, or the user’s)',
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
    .description('install a plugin: show its permissions and add it to the lock (tiercel.lock)')
    .argument('[reference]', 'file, https URL, oci://… or name (default: everything in the lock)')
    .option('-k, --key <key>', 'public key that must have signed the plugin; repeatable', collect)
    .option('--grant <capability>', 'permission to grant, such as clock; repeatable', collect)
    .option('--force', 'allow a downgrade, or a different file with the same version')
    .option(
      '-c, --config <file>',
      'configuration file beside the lock (default: tiercel.yaml in this folder, or the user’s)',
    )
    .option('--json', 'print JSON')
    .option('--no-color', 'print without colours')
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
    .description('list the installed plugins')
    .option(
      '-c, --config <file>',
      'configuration file beside the lock (default: tiercel.yaml in this folder, or the user’s)',
    )
    .option('--json', 'print JSON')
    .option('--no-color', 'print without colours')
    .exitOverride()
    .action(async ({ config, json = false, color }: InstalledFlags) => {
      const { installedCommand } = await import('../command/plugin-installed.ts');
      const args = { kind: 'plugins' as const, config, isJson: json };
      setExitCode(installedCommand(args, createTerminal(!color)));
    });
  plugins
    .command('remove')
    .description('remove a plugin from the lock')
    .argument('<name>', 'name of the plugin')
    .option('--purge', 'delete its file too, even if other locks use it')
    .option(
      '-c, --config <file>',
      'configuration file beside the lock (default: tiercel.yaml in this folder, or the user’s)',
    )
    .option('--json', 'print JSON')
    .option('--no-color', 'print without colours')
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
      .description('list installed plugins that have a newer version where they came from')
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
      .description('show how two versions of a plugin differ')
      .argument('<old>', 'file, https URL, oci://…, or the name of an installed or bundled plugin')
      .argument('<new>', 'the other version, in the same form')
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
      .description('publish a plugin in an OCI registry')
      .argument('<file>', '.wasm file')
      .argument('<reference>', 'oci://REGISTRY/REPOSITORY:TAG (default tag: the version)')
      .option('--force', 'replace another plugin with the same tag'),
  ).action(async (file: string, reference: string, flags: RegistryFlags) => {
    const { pushCommand } = await import('../command/plugin-registry.ts');
    const { force = false, json = false, color } = flags;
    const args = { file, reference, isForced: force, isJson: json };
    setExitCode(await pushCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    plugins
      .command('pull')
      .description('download a plugin without installing it')
      .argument('<reference>', 'oci://REGISTRY/REPOSITORY:TAG, or an https URL')
      .option('-o, --output <file>', 'file of the plugin (default: NAME.wasm in this folder)'),
  ).action(async (reference: string, flags: RegistryFlags) => {
    const { pullCommand } = await import('../command/plugin-registry.ts');
    const { output, json = false, color } = flags;
    setExitCode(await pullCommand({ reference, output, isJson: json }, createTerminal(!color)));
  });
}
