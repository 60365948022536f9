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
      .description('make a key pair that signs plugins; asks for a password')
      .option('-o, --output <name>', 'name of the files NAME.key and NAME.pub', 'tiercel')
      .option(
        '--no-password',
        'make a key without a password: everybody who has the file can sign',
      ),
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
      .description('sign a plugin, in its file; other signatures stay')
      .argument('<file>', '.wasm file')
      .option('-k, --key <file>', 'file of the secret key', 'tiercel.key')
      .option('-o, --output <file>', 'file of the signed plugin (default: the same file)')
      .option('--detached', 'write the signature to FILE.minisig, as minisign does'),
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
      .description('check whether a trusted key signed a plugin')
      .argument('<file>', '.wasm file')
      .option('-k, --key <key>', 'public key, or a file that has it; repeatable', collect)
      .option(
        '-c, --config <file>',
        'configuration file with the trusted keys (default: tiercel.yaml in this folder)',
      ),
  ).action(async (file: string, flags: VerifyFlags) => {
    const { verifyCommand } = await import('../command/plugin-verify.ts');
    const { key = [], config, json = false, color } = flags;
    const args = { file, keys: key, config, isJson: json };
    setExitCode(verifyCommand(args, createTerminal(!color)));
  });
}
