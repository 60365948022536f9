/* `tiercel plugin …` and its options. */

import type { Command } from 'commander';
import { createTerminal } from './terminal.ts';

export type SetExitCode = (code: number) => void;

/** Of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];

export function addPlugin(program: Command, setExitCode: SetExitCode): void {
  const plugins = program
    .command('plugin')
    .description('look at plugins, and make them')
    .exitOverride();
  plugins
    .command('inspect')
    .description('manifest, imports, digest, size and limits of a plugin, without running it')
    .argument('<plugin>', 'a .wasm file, or the name of a bundled plugin')
    .option('--rules', 'print the rules that it carries instead')
    .option('--sample <name>', 'print a sample that it carries instead')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (plugin: string, flags: InspectFlags) => {
      const { inspectCommand } = await import('./command/plugin.ts');
      const { json, rules, sample, color } = flags;
      const args = { plugin, isJson: json === true, isRules: rules === true, sample };
      setExitCode(inspectCommand(args, createTerminal(!color)));
    });
  plugins
    .command('new')
    .description('make a folder for a plugin of one’s own, which builds and alerts at once')
    .argument('<name>', 'of the plugin, and of the folder: small letters, digits, - and _')
    .option('--template <language>', 'assemblyscript, javascript or c', 'assemblyscript')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (name: string, flags: NewFlags) => {
      const { newCommand } = await import('./command/plugin-new.ts');
      const { template, json = false, color } = flags;
      setExitCode(newCommand({ name, template, isJson: json }, createTerminal(!color)));
    });
  addBuild(plugins, setExitCode);
  addPack(plugins, setExitCode);
  addTest(plugins, setExitCode);
  addKeygen(plugins, setExitCode);
  addSign(plugins, setExitCode);
  addVerify(plugins, setExitCode);
  addInstall(plugins, setExitCode);
  addInstalled(plugins, setExitCode);
  plugins
    .command('wit')
    .description('print the interface between the engine and plugins, as WIT')
    .exitOverride()
    .action(async () => {
      const { witText } = await import('../author/wit.ts');
      process.stdout.write(witText());
    });
}

interface InspectFlags {
  readonly json?: boolean;
  readonly rules?: boolean;
  readonly sample?: string;
  readonly color: boolean;
}

interface BuildFlags {
  readonly output?: string;
  readonly debug?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

function addBuild(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('build')
    .description('make a plugin of a folder with a manifest, and AssemblyScript, JavaScript or C')
    .argument('[folder]', 'has manifest.json, and assembly/index.ts, plugin.js or plugin.c', '.')
    .option('-o, --output <file>', 'the plugin (default: its name and .wasm, in the folder)')
    .option('--debug', 'with names and assertions, not optimised (AssemblyScript)')
    .option('--watch', 'build again whenever something changes, until stopped')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (folder: string, flags: BuildFlags) => {
      const { buildCommand } = await import('./command/plugin-build.ts');
      const { output, debug = false, watch = false, json = false, color } = flags;
      const args = { folder, output, isDebug: debug, isWatching: watch, isJson: json };
      setExitCode(await buildCommand(args, createTerminal(!color)));
    });
}

interface NewFlags {
  readonly template: string;
  readonly json?: boolean;
  readonly color: boolean;
}

interface PackFlags {
  readonly manifest: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

function addPack(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('pack')
    .description('make a plugin of a core module or component of any toolchain, and a manifest')
    .argument('<file>', 'a .wasm file for one of the worlds that `tiercel plugin wit` prints')
    .option('-m, --manifest <file>', 'its manifest', 'manifest.json')
    .option('-o, --output <file>', 'the plugin (default: its name and .wasm, here)')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (file: string, flags: PackFlags) => {
      const { packCommand } = await import('./command/plugin-pack.ts');
      const { manifest, output, json = false, color } = flags;
      const terminal = createTerminal(!color);
      setExitCode(await packCommand({ file, manifest, output, isJson: json }, terminal));
    });
}

interface TestFlags {
  readonly open?: string;
  readonly junit?: string;
  readonly figures: boolean;
  readonly bail?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

function addTest(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('test')
    .description('try whether a plugin keeps to what the engine expects of it, point by point')
    .argument('<plugin>', 'a .wasm file, or the name of a bundled plugin')
    .option('--open <location>', 'a file or folder with events (default: the samples it carries)')
    .option('--junit <file>', 'write a report for build servers')
    .option('--no-figures', 'measure nothing')
    .option('--bail', 'stop at the first point that fails')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (plugin: string, flags: TestFlags) => {
      const { testCommand } = await import('./command/plugin-test.ts');
      const { open, junit, figures: isMeasured, bail, json, color } = flags;
      const [isBailing, isJson] = [bail === true, json === true];
      const args = { plugin, openParams: open, junit, isMeasured, isBailing, isJson };
      setExitCode(await testCommand(args, createTerminal(!color)));
    });
}

interface KeygenFlags {
  readonly output: string;
  readonly password: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

function addKeygen(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('keygen')
    .description('make a key to sign plugins with; its password is asked for')
    .option('-o, --output <name>', 'the files: this with .key and .pub', 'tiercel')
    .option('--no-password', 'the file alone is enough to sign with')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async ({ output, password, json = false, color }: KeygenFlags) => {
      const { keygenCommand } = await import('./command/plugin-keygen.ts');
      const args = { output, hasPassword: password, isJson: json };
      setExitCode(await keygenCommand(args, createTerminal(!color)));
    });
}

interface SignFlags {
  readonly key: string;
  readonly output?: string;
  readonly detached?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

function addSign(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('sign')
    .description('sign a plugin: within its file, beside the signatures of other keys')
    .argument('<file>', 'a .wasm file')
    .option('-k, --key <file>', 'the secret key', 'tiercel.key')
    .option('-o, --output <file>', 'the signed plugin (default: the file itself)')
    .option('--detached', 'in a file beside it instead, as minisign does: FILE.minisig')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (file: string, flags: SignFlags) => {
      const { signCommand } = await import('./command/plugin-sign.ts');
      const { key, output, detached = false, json = false, color } = flags;
      const args = { file, key, output, isDetached: detached, isJson: json };
      setExitCode(await signCommand(args, createTerminal(!color)));
    });
}

interface VerifyFlags {
  readonly key?: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

function addVerify(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('verify')
    .description('whether a plugin is signed by a key that is trusted')
    .argument('<file>', 'a .wasm file')
    .option('-k, --key <key>', 'a public key, or a file with it; repeatable', collect)
    .option('-c, --config <file>', 'its trusted keys (default: those of tiercel.yaml here)')
    .option('--json', 'JSON output')
    .option('--no-color', 'no colours')
    .exitOverride()
    .action(async (file: string, flags: VerifyFlags) => {
      const { verifyCommand } = await import('./command/plugin-verify.ts');
      const { key = [], config, json = false, color } = flags;
      const args = { file, keys: key, config, isJson: json };
      setExitCode(verifyCommand(args, createTerminal(!color)));
    });
}

interface InstallFlags {
  readonly key?: readonly string[];
  readonly grant?: readonly string[];
  readonly force?: boolean;
  readonly config?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

function addInstall(plugins: Command, setExitCode: SetExitCode): void {
  plugins
    .command('install')
    .description('show what a plugin may do, and put it into the lock: tiercel.lock')
    .argument('[reference]', 'a file or an https URL (default: all that the lock names)')
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
      const { installCommand } = await import('./command/plugin-install.ts');
      const { key = [], grant = [], force = false, config, json = false, color } = flags;
      const args = { reference, config, keys: key, grants: grant, isForced: force, isJson: json };
      setExitCode(await installCommand(args, createTerminal(!color)));
    });
}

interface InstalledFlags {
  readonly purge?: boolean;
  readonly config?: string;
  readonly json?: boolean;
  readonly color: boolean;
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
      const { installedCommand } = await import('./command/plugin-installed.ts');
      setExitCode(installedCommand({ config, isJson: json }, createTerminal(!color)));
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
      const { removeCommand } = await import('./command/plugin-installed.ts');
      const { purge = false, config, json = false, color } = flags;
      const args = { name, isPurged: purge, config, isJson: json };
      setExitCode(removeCommand(args, createTerminal(!color)));
    });
}
