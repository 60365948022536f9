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
      .description('add a rules file to the lock; `rules_files` and -r can use its name')
      .argument('[reference]', 'file, https URL, oci://… or name (default: everything in the lock)')
      .option('--name <name>', 'name of the rules here (default: the name of the file)')
      .option('-k, --key <key>', 'public key that must have signed the rules; repeatable', collect)
      .option('--force', 'allow a downgrade, or a different file with the same version')
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
      .description('list the installed rules files')
      .option(...CONFIG),
  ).action(async ({ config, json = false, color }: RulesFlags) => {
    const { installedCommand } = await import('../command/plugin-installed.ts');
    const args = { kind: 'rules' as const, config, isJson: json };
    setExitCode(installedCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    rules
      .command('remove')
      .description('remove a rules file from the lock')
      .argument('<name>', 'name of the rules')
      .option('--purge', 'delete its file too, even if other locks use it')
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
      .description('sign a rules file: writes FILE.minisig, as minisign does')
      .argument('<file>', 'rules file')
      .option('-k, --key <file>', 'file of the secret key', 'tiercel.key'),
  ).action(async (file: string, { key = '', json = false, color }: RulesFlags) => {
    const { signRulesCommand } = await import('../command/rules-publish.ts');
    const args = { file, key: String(key), isJson: json };
    setExitCode(await signRulesCommand(args, createTerminal(!color)));
  });
  withCommonFlags(
    rules
      .command('push')
      .description('publish a rules file in a registry, in the form that falcoctl reads')
      .argument('<file>', 'rules file; FILE.minisig is published with it')
      .argument('<reference>', 'oci://REGISTRY/REPOSITORY:VERSION')
      .option('--name <name>', 'name of the rules (default: the last part of the repository)')
      .option('--force', 'replace another file with the same version'),
  ).action(async (file: string, reference: string, flags: RulesFlags) => {
    const { pushRulesCommand } = await import('../command/rules-publish.ts');
    const { name, force = false, json = false, color } = flags;
    const args = { file, reference, name, isForced: force, isJson: json };
    setExitCode(await pushRulesCommand(args, createTerminal(!color)));
  });
}
