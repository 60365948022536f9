/* `tiercel plugin build`: a plugin's one file out of a folder, once or whenever something in it changes. */

import { watch } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { buildPlugin, isPluginSource } from '../../tools/author/build-plugin.ts';
import { EXIT } from '../console/exit-code.ts';
import { STOP_SIGNALS } from '../console/run-report.ts';
import type { Terminal } from '../console/terminal.ts';
import { writePlugin } from './write-plugin.ts';

export interface BuildArguments {
  readonly folder: string;
  readonly output: string | undefined;
  readonly isDebug: boolean;
  readonly isWatching: boolean;
  readonly isJson: boolean;
}

/** Editors write several times. */
const SETTLING_MS = 100;

export async function buildCommand(args: BuildArguments, terminal: Terminal): Promise<number> {
  return args.isWatching ? buildAgain(args, terminal) : buildOnce(args, terminal);
}

async function buildOnce(args: BuildArguments, terminal: Terminal): Promise<number> {
  const { folder, output, isDebug, isJson } = args;
  const built = await buildPlugin(folder, { isDebug });
  const toPath = (name: string): string => output ?? join(folder, `${name}.wasm`);
  return writePlugin(built, { isJson, toPath }, terminal);
}

/** Builds, one at a time, until it is stopped. */
async function buildAgain(args: BuildArguments, terminal: Terminal): Promise<number> {
  let building = buildOnce(args, terminal);
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(args.folder, { recursive: true }, (_, name) => {
    const path = relative('.', name ?? '')
      .split(sep)
      .join('/');
    if (!isPluginSource(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(() => buildOnce(args, terminal));
    }, SETTLING_MS);
  });
  await new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) process.once(signal, resolve);
  });
  clearTimeout(timer);
  watcher.close();
  await building;
  return EXIT.ok;
}
