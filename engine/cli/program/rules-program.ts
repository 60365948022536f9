/* `tiercel rules …` and its options. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, collect, type SetExitCode, withCommonFlags } from './common-flags.ts';
import { CONFIG } from './install-program.ts';

interface RulesFlags extends CommonFlags {
  readonly name?: string;
  readonly key?: string | readonly string[];
  readonly force?: boolean;
  readonly purge?: boolean;
  readonly config?: string;
}

export function addRules(program: Command, setExitCode: SetExitCode): void {
  const rules = program
    .command('rules')
    .description('install and publish rules files')
    .exitOverride();
  addInstall(rules, setExitCode);
  addInstalled(rules, setExitCode);
  addPublishing(rules, setExitCode);
}

function addInstall(rules: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    rules
      .command('install')
      .description('put a rules file into the lock; its name stands for it in `rules_files` and -r')
      .argument('[reference]', 'a file, an https URL, oci://… or a name (default: all of the lock)')
      .option('--name <name>', 'what it is called here (default: its own name)')
      .option('-k, --key <key>', 'a public key that has to have signed it; repeatable', collect)
      .option('--force', 'also an older version, or another file of the same one')
      .option(...CONFIG),
  ).action(async (reference: string | undefined, flags: RulesFlags) => {
    const { installRulesCommand } = await import('../command/rules-install.ts');
    const { name, key = [], force = false, config, json = false, color } = flags;
    const keys = typeof key === 'string' ? [key] : key;
    const args = { reference, name, keys, isForced: force, config, isJson: json };
    setExitCode(await installRulesCommand(args, createTerminal(!color)));
  });
}

function addInstalled(rules: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    rules
      .command('list')
      .description('rules files that are installed: the lock')
      .option(...CONFIG),
  ).action(async ({ config, json = false, color }: RulesFlags) => {
    const { installedCommand } = await import('../command/plugin-installed.ts');
    const args = { kind: 'rules' as const, config, isJson: json };
    setExitCode(installedCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    rules
      .command('remove')
      .description('take a rules file out of the lock')
      .argument('<name>', 'what it is called')
      .option('--purge', 'its file as well, which other locks may name')
      .option(...CONFIG),
  ).action(async (name: string, { purge = false, config, json = false, color }: RulesFlags) => {
    const { removeCommand } = await import('../command/plugin-installed.ts');
    const args = { kind: 'rules' as const, name, isPurged: purge, config, isJson: json };
    setExitCode(removeCommand(args, createTerminal(!color)));
  });
}

function addPublishing(rules: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    rules
      .command('sign')
      .description('sign a rules file, in a file beside it, as minisign does: FILE.minisig')
      .argument('<file>', 'a rules file')
      .option('-k, --key <file>', 'the secret key', 'tiercel.key'),
  ).action(async (file: string, { key = '', json = false, color }: RulesFlags) => {
    const { signRulesCommand } = await import('../command/rules-publish.ts');
    const args = { file, key: String(key), isJson: json };
    setExitCode(await signRulesCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    rules
      .command('push')
      .description('publish a rules file in a registry, as Falco’s tools read it')
      .argument('<file>', 'a rules file; the signature beside it goes with it')
      .argument('<reference>', 'oci://REGISTRY/REPOSITORY:VERSION')
      .option('--name <name>', 'what it is called (default: the last part of the repository)')
      .option('--force', 'also where the version has another file now'),
  ).action(async (file: string, reference: string, flags: RulesFlags) => {
    const { pushRulesCommand } = await import('../command/rules-publish.ts');
    const { name, force = false, json = false, color } = flags;
    const args = { file, reference, name, isForced: force, isJson: json };
    setExitCode(await pushRulesCommand(args, createTerminal(!color)));
  });
}
