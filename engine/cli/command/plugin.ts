/* `tiercel plugin inspect`: what a file is and wants, without running anything of it. */

import { existsSync } from 'node:fs';
import { findConfinement, WALL_TEXTS } from '../../base/confinement.ts';
import { didYouMean } from '../../base/did-you-mean.ts';
import { printable, printableLines } from '../../base/printable.ts';
import { bundledPlugins, findPlugin } from '../../config/bundled-plugins.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { storedPath } from '../../packages/install/file-store.ts';
import { readSigned } from '../../packages/trust/signature-section.ts';
import { readComponentFile } from '../../plugin/gate/component-file.ts';
import { EXIT } from '../console/exit-code.ts';
import { openPlace } from '../console/open-place.ts';
import type { Terminal } from '../console/terminal.ts';

export interface InspectArguments {
  /** A file, or a name. */
  readonly plugin: string;
  readonly config: string | undefined;
  readonly isJson: boolean;
  /** Print the rules that it carries, or the sample of this name, instead. */
  readonly isRules: boolean;
  readonly sample: string | undefined;
}

export function inspectCommand(args: InspectArguments, terminal: Terminal): number {
  const { plugin, isJson } = args;
  const installed = findInstalled(args);
  const path = installed?.path ?? (existsSync(plugin) ? plugin : (findPlugin(plugin) ?? plugin));
  const { value: file, diagnostics: found } = readComponentFile(path);
  const near = existsSync(path) ? undefined : didYouMean(plugin, bundledPlugins());
  const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
  const diagnostics = found.map((diagnostic) => ({ ...diagnostic, ...hint }));
  if (file === undefined) {
    if (isJson) terminal.stdout.write(`${JSON.stringify({ diagnostics: toJson(diagnostics) })}\n`);
    else terminal.stderr.write(`${renderText(diagnostics, terminal)}\n`);
    return EXIT.invalid;
  }
  const { manifest, limits, sizeBytes, digest, imports, coreModuleSizes } = file;
  if (args.isRules || args.sample !== undefined) return printAttachment(file, args, terminal);
  if (isJson) {
    terminal.stdout.write(renderFileJson(path, file, installed?.from));
    return EXIT.ok;
  }
  const rows: [string, string][] = [
    ['plugin', `${manifest.name} ${manifest.version}`],
    ['description', manifest.description],
    ['contact', manifest.contact],
    ['license', manifest.license],
    ['world', manifest.world],
    [
      'source',
      manifest.source === undefined
        ? 'none'
        : `${manifest.source.name} (open: ${manifest.source.openParamsDescription})`,
    ],
    ['fields', String(manifest.extractor?.fields.length ?? 0)],
    ['asks for', describeCapabilities(manifest.capabilities)],
    ['imports', imports.join(', ')],
    ['rules', file.attachments.rules?.name ?? 'none'],
    ['samples', file.attachments.samples.map(({ name }) => name).join(', ') || 'none'],
    ['size', `${sizeBytes} bytes, core modules ${coreModuleSizes.join(' + ')}`],
    ['sha256', digest],
    ['signed by', describeSigners(file.bytes)],
    ...(installed === undefined ? [] : [['from', installed.from] as [string, string]]),
    [
      'limits',
      `memory ${limits.memorySizeMax} bytes, call ${limits.callTimeMaxMs} ms, start ${limits.startTimeMaxMs} ms`,
    ],
    ['process', describeWalls()],
  ];
  for (const [name, value] of rows) {
    terminal.stdout.write(`${name.padEnd(12)} ${printable(value)}\n`);
  }
  return EXIT.ok;
}

interface Installed {
  readonly path: string;
  /** What `install` was given. */
  readonly from: string;
}

/** By its name, where there is no file of that name. */
function findInstalled({ plugin, config }: InspectArguments): Installed | undefined {
  if (existsSync(plugin)) return undefined;
  const locked = openPlace(config).value?.lock.plugins[plugin];
  const path = locked && storedPath('plugins', locked.digest);
  return locked === undefined || path === undefined ? undefined : { path, from: locked.from };
}

/** As it is, to be written to a file; a terminal is not to be driven by it. */
function printAttachment(
  { manifest, attachments }: ComponentFile,
  { isRules, sample }: InspectArguments,
  terminal: Terminal,
): number {
  const { rules, samples } = attachments;
  const found = isRules ? rules : samples.find(({ name }) => name === sample);
  if (found === undefined) {
    const names = samples.map(({ name }) => name).join(', ') || 'none';
    const what = isRules ? 'no rules' : `no sample \`${sample}\` (there are: ${names})`;
    terminal.stderr.write(`error: plugin \`${manifest.name}\` carries ${printable(what)}\n`);
    return EXIT.invalid;
  }
  const text = Buffer.from(found.bytes);
  terminal.stdout.write(terminal.stdout.isTTY ? printableLines(text.toString()) : text);
  return EXIT.ok;
}

type ComponentFile = NonNullable<ReturnType<typeof readComponentFile>['value']>;

/** Facts about a plugin's file. */
export function renderFileJson(path: string, file: ComponentFile, from?: string): string {
  const { manifest, limits, sizeBytes, digest, imports, coreModuleSizes } = file;
  const { rules, samples } = file.attachments;
  const carried = { rules: rules?.name ?? null, samples: samples.map(({ name }) => name) };
  const signedBy = signersOf(file.bytes) ?? null;
  const shown = {
    path,
    ...(from !== undefined && { from }),
    ...carried,
    sizeBytes,
    digest,
    signedBy,
    imports,
    coreModuleSizes,
    limits,
    walls: findConfinement().walls,
    manifest,
  };
  return `${printableLines(JSON.stringify(shown, null, 2))}\n`;
}

/** What holds around a process that calls a plugin, on this machine. */
function describeWalls(): string {
  const { walls } = findConfinement();
  const others = walls.map((wall) => WALL_TEXTS[wall]);
  return ['no files, environment or children (Node)', ...others].join(', ');
}

/** Shows only the signer that the file names: `verify` checks it. */
function describeSigners(bytes: Uint8Array): string {
  const signers = signersOf(bytes);
  if (signers === undefined) return 'not known: `tiercel plugin verify` gives the reason';
  return signers.length === 0 ? 'no key' : `${signers.join(', ')} (not verified)`;
}

/** The names of the keys; `undefined`: they cannot be read. */
function signersOf(bytes: Uint8Array): readonly string[] | undefined {
  const signed = readSigned(bytes);
  if (signed === undefined || 'kind' in signed) return undefined;
  return signed.signatures.map(({ keyId }) => keyId);
}

function describeCapabilities({
  store,
  queue,
  clock,
}: {
  readonly store: readonly string[];
  readonly queue: readonly string[];
  readonly clock: boolean | 'optional';
}): string {
  const wanted = [
    ...store.map((root) => `store root ${root} (read-only)`),
    ...queue.map((root) => `queue root ${root}`),
    ...(clock === false ? [] : [clock === true ? 'clock' : 'clock (optional)']),
  ];
  return wanted.length === 0 ? 'nothing' : wanted.join(', ');
}
