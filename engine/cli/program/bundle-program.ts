/* `tiercel bundle` and its options. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, collect, type SetExitCode, withCommonFlags } from './common-flags.ts';

interface BundleFlags extends CommonFlags {
  readonly config?: string;
  readonly output?: string;
  readonly key?: readonly string[];
  readonly force?: boolean;
}

export function addBundle(program: Command, setExitCode: SetExitCode): void {
  const bundle = program
    .command('bundle')
    .description('pack a configuration with everything it needs, for machines without a network')
    .exitOverride();
  withCommonFlags(
    bundle
      .command('create', { isDefault: true })
      .description('make an archive of configuration, lock, plugins and rules')
      .option('-c, --config <file>', 'configuration file (default: tiercel.yaml in this folder)')
      .option('-o, --output <file>', 'file of the archive', 'tiercel-bundle.tar.gz'),
  ).action(async ({ config, output = '', json = false, color }: BundleFlags) => {
    const { createBundleCommand } = await import('../command/bundle.ts');
    const args = { config, output, isJson: json };
    setExitCode(await createBundleCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    bundle
      .command('install')
      .description(
        'unpack an archive: the configuration into a folder, plugins and rules to the installed ones',
      )
      .argument('<archive>', 'archive of `tiercel bundle create`')
      .argument('[folder]', 'folder for tiercel.yaml and the files beside it', '.')
      .option(
        '-k, --key <key>',
        'public key that must have signed the archive (ARCHIVE.minisig)',
        collect,
      )
      .option('--force', 'overwrite files with the same names'),
  ).action(async (archive: string, folder: string, flags: BundleFlags) => {
    const { installBundleCommand } = await import('../command/bundle.ts');
    const { key: keys = [], force = false, json = false, color } = flags;
    const args = { archive, folder, keys, isForced: force, isJson: json };
    setExitCode(await installBundleCommand(args, createTerminal(!color)));
  });
}
