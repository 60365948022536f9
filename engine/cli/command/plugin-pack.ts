/* `tiercel plugin pack`: a plugin's one file out of what any toolchain made, and a manifest. */

import { packPlugin } from '../../tools/author/pack-plugin.ts';
import type { Terminal } from '../console/terminal.ts';
import { writePlugin } from './write-plugin.ts';

export interface PackArguments {
  readonly file: string;
  readonly manifest: string;
  readonly output: string | undefined;
  readonly isJson: boolean;
}

/** Nothing is written unless the engine would load it. */
export async function packCommand(args: PackArguments, terminal: Terminal): Promise<number> {
  const { isJson, output } = args;
  const packed = await packPlugin(args.file, args.manifest);
  return writePlugin(packed, { isJson, toPath: (name) => output ?? `${name}.wasm` }, terminal);
}
