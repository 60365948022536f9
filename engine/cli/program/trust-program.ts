/* `tiercel plugin keygen`, `sign` and `verify`, and their options. */

import type { Command } from 'commander';
import { createTerminal } from '../console/terminal.ts';
import { type CommonFlags, collect, type SetExitCode, withCommonFlags } from './common-flags.ts';

export function addTrust(plugins: Command, setExitCode: SetExitCode): void {
  addKeygen(plugins, setExitCode);
  addSign(plugins, setExitCode);
  addVerify(plugins, setExitCode);
}

interface KeygenFlags extends CommonFlags {
  readonly output: string;
  readonly password: boolean;
}

function addKeygen(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('keygen')
      .description('make a key to sign plugins with; its password is asked for')
      .option('-o, --output <name>', 'the files: this with .key and .pub', 'tiercel')
      .option('--no-password', 'the file alone is enough to sign with'),
  ).action(async ({ output, password, json = false, color }: KeygenFlags) => {
    const { keygenCommand } = await import('../command/plugin-keygen.ts');
    const args = { output, hasPassword: password, isJson: json };
    setExitCode(await keygenCommand(args, createTerminal(!color)));
  });
}

interface SignFlags extends CommonFlags {
  readonly key: string;
  readonly output?: string;
  readonly detached?: boolean;
}

function addSign(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('sign')
      .description('sign a plugin: within its file, beside the signatures of other keys')
      .argument('<file>', 'a .wasm file')
      .option('-k, --key <file>', 'the secret key', 'tiercel.key')
      .option('-o, --output <file>', 'the signed plugin (default: the file itself)')
      .option('--detached', 'in a file beside it instead, as minisign does: FILE.minisig'),
  ).action(async (file: string, flags: SignFlags) => {
    const { signCommand } = await import('../command/plugin-sign.ts');
    const { key, output, detached = false, json = false, color } = flags;
    const args = { file, key, output, isDetached: detached, isJson: json };
    setExitCode(await signCommand(args, createTerminal(!color)));
  });
}

interface VerifyFlags extends CommonFlags {
  readonly key?: readonly string[];
  readonly config?: string;
}

function addVerify(plugins: Command, setExitCode: SetExitCode): void {
  withCommonFlags(
    plugins
      .command('verify')
      .description('whether a plugin is signed by a key that is trusted')
      .argument('<file>', 'a .wasm file')
      .option('-k, --key <key>', 'a public key, or a file with it; repeatable', collect)
      .option('-c, --config <file>', 'its trusted keys (default: those of tiercel.yaml here)'),
  ).action(async (file: string, flags: VerifyFlags) => {
    const { verifyCommand } = await import('../command/plugin-verify.ts');
    const { key = [], config, json = false, color } = flags;
    const args = { file, keys: key, config, isJson: json };
    setExitCode(verifyCommand(args, createTerminal(!color)));
  });
}
