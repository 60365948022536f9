/* Writes a plugin that was made to a file, and prints what it is, or why it could not be made. */

import { printable } from '../../base/printable.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import type { packPlugin } from '../../tools/author/pack-plugin.ts';
import { EXIT } from '../console/exit-code.ts';
import type { Terminal } from '../console/terminal.ts';
import { renderFileJson } from './plugin.ts';

export interface WriteOptions {
  readonly isJson: boolean;
  /** Where the plugin of that name goes. */
  readonly toPath: (name: string) => string;
}

/** Answers the exit code. */
export function writePlugin(
  { value: plugin, diagnostics }: Awaited<ReturnType<typeof packPlugin>>,
  { isJson, toPath }: WriteOptions,
  terminal: Terminal,
): number {
  if (!isJson && diagnostics.length > 0)
    terminal.stderr.write(`${renderText(diagnostics, terminal)}\n`);
  if (plugin === undefined) {
    if (isJson) terminal.stdout.write(`${JSON.stringify({ diagnostics: toJson(diagnostics) })}\n`);
    return EXIT.invalid;
  }
  const { name, version } = plugin.manifest;
  const path = toPath(name);
  try {
    writeWhole(path, plugin.bytes);
  } catch (error) {
    terminal.stderr.write(`error: cannot write ${printable(path)}: ${systemErrorText(error)}\n`);
    return EXIT.invalid;
  }
  const { sizeBytes, digest } = plugin;
  const said = `${name} ${version} → ${path}: ${sizeBytes} bytes, sha256 ${digest}`;
  terminal.stdout.write(isJson ? renderFileJson(path, plugin) : `${printable(said)}\n`);
  return EXIT.ok;
}
