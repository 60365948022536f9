/* `tiercel spool` and its options. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, collect, type SetExitCode, withCommonFlags } from './common-flags.ts';

interface SpoolFlags extends CommonFlags {
  readonly config?: string;
  readonly option?: readonly string[];
  readonly to?: string;
  readonly force?: boolean;
}

export function addSpool(program: Command, setExitCode: SetExitCode): void {
  const spool = program
    .command('spool')
    .description('show, send or delete alerts that wait on disk')
    .exitOverride();
  const add = (name: string, description: string): Command =>
    spool
      .command(name)
      .description(description)
      .option('-c, --config <file>', 'configuration file (default: tiercel.yaml in this folder)')
      .option('-o, --option <key=value>', 'set a key of the configuration; repeatable', collect);
  withCommonFlags(
    add('list', 'list the spools, their destinations, and the outputs that send them'),
  ).action(async (flags: SpoolFlags) => {
    const { listSpoolsCommand } = await import('../command/spool.ts');
    setExitCode(await listSpoolsCommand(argumentsOf(flags), createTerminal(!flags.color)));
  });
  withCommonFlags(
    add('send', 'send the alerts of a spool to an output, then stop')
      .argument('<spool>', 'name of the spool, as `tiercel spool list` shows it')
      .requiredOption('--to <output>', 'name of an output of the configuration')
      .option('--force', 'send even if the output has another format'),
  ).action(async (name: string, { to = '', force = false, ...flags }: SpoolFlags) => {
    const { sendSpoolCommand } = await import('../command/spool.ts');
    const args = { ...argumentsOf(flags), name, output: to, isForced: force };
    setExitCode(await sendSpoolCommand(args, createTerminal(!flags.color)));
  });
  withCommonFlags(
    add('drop', 'delete a spool with its alerts').argument(
      '<spool>',
      'name of the spool, as `tiercel spool list` shows it',
    ),
  ).action(async (name: string, flags: SpoolFlags) => {
    const { dropSpoolCommand } = await import('../command/spool.ts');
    const args = { ...argumentsOf(flags), name };
    setExitCode(await dropSpoolCommand(args, createTerminal(!flags.color)));
  });
}

function argumentsOf({ config, option = [], json = false }: SpoolFlags) {
  return { config, options: option, isJson: json };
}
