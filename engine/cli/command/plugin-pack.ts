/* `tiercel plugin pack`: a plugin's one file out of what any toolchain made, and a manifest. */

import { renameSync, writeFileSync } from 'node:fs';
import { printable } from '../../base/printable.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { packPlugin } from '../../index.ts';
import { EXIT } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { renderFileJson } from './plugin.ts';

export interface PackArguments {
  readonly file: string;
  readonly manifest: string;
  readonly output: string | undefined;
  readonly isJson: boolean;
}

/** Nothing is written unless the engine would load it. */
export async function packCommand(args: PackArguments, terminal: Terminal): Promise<number> {
  const { value: plugin, diagnostics } = await packPlugin(args.file, args.manifest);
  if (plugin === undefined) {
    if (args.isJson)
      terminal.stdout.write(`${JSON.stringify({ diagnostics: toJson(diagnostics) })}\n`);
    else terminal.stderr.write(`${renderText(diagnostics, terminal)}\n`);
    return EXIT.invalid;
  }
  const { name, version } = plugin.manifest;
  const output = args.output ?? `${name}.wasm`;
  try {
    // Nobody is to load half of it.
    writeFileSync(`${output}.new`, plugin.bytes);
    renameSync(`${output}.new`, output);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    terminal.stderr.write(`error: cannot write ${printable(output)}: ${code}\n`);
    return EXIT.invalid;
  }
  if (args.isJson) {
    terminal.stdout.write(renderFileJson(output, plugin));
    return EXIT.ok;
  }
  const what = `${name} ${version} → ${output}: ${plugin.sizeBytes} bytes, sha256 ${plugin.digest}`;
  terminal.stdout.write(`${printable(what)}\n`);
  return EXIT.ok;
}
