/* `tiercel plugin new`: makes the folder of a new plugin. */

import { printable, printableLines } from '../../base/printable.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { createPluginFolder } from '../../tools/author/new-plugin.ts';
import { EXIT } from '../console/exit-code.ts';
import type { Terminal } from '../console/terminal.ts';

export interface NewArguments {
  readonly name: string;
  readonly template: string;
  readonly isJson: boolean;
}

export function newCommand({ name, template, isJson }: NewArguments, terminal: Terminal): number {
  const { value: files, diagnostics } = createPluginFolder('.', name, template);
  if (files === undefined) {
    if (isJson) terminal.stdout.write(`${JSON.stringify({ diagnostics: toJson(diagnostics) })}\n`);
    else terminal.stderr.write(`${renderText(diagnostics, terminal)}\n`);
    return EXIT.invalid;
  }
  if (isJson) {
    terminal.stdout.write(`${printableLines(JSON.stringify({ files }, null, 2))}\n`);
    return EXIT.ok;
  }
  for (const file of files) terminal.stdout.write(`${printable(file)}\n`);
  terminal.stdout.write(`\nNext: cd ${name}, npm install, npm start\n`);
  return EXIT.ok;
}
