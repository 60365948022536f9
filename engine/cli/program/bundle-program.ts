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
    .description('carry a configuration with all that it needs to where there is no network')
    .exitOverride();
  withCommonFlags(
    bundle
      .command('create', { isDefault: true })
      .description('one archive of configuration, lock, plugins and rules')
      .option('-c, --config <file>', 'the configuration (default: tiercel.yaml here)')
      .option('-o, --output <file>', 'the archive', 'tiercel-bundle.tar.gz'),
  ).action(async ({ config, output = '', json = false, color }: BundleFlags) => {
    const { createBundleCommand } = await import('../command/bundle.ts');
    const args = { config, output, isJson: json };
    setExitCode(await createBundleCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    bundle
      .command('install')
      .description('unpack an archive: the configuration into a folder, the rest to the installed')
      .argument('<archive>', 'made by `tiercel bundle create`')
      .argument('[folder]', 'for tiercel.yaml and what lies beside it', '.')
      .option(
        '-k, --key <key>',
        'a public key that has to have signed it (ARCHIVE.minisig)',
        collect,
      )
      .option('--force', 'also over other files of the same names'),
  ).action(async (archive: string, folder: string, flags: BundleFlags) => {
    const { installBundleCommand } = await import('../command/bundle.ts');
    const { key: keys = [], force = false, json = false, color } = flags;
    const args = { archive, folder, keys, isForced: force, isJson: json };
    setExitCode(await installBundleCommand(args, createTerminal(!color)));
  });
}
