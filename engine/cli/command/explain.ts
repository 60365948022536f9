/* `tiercel explain`: what a diagnostic code means, or which codes there are. */

import { didYouMean } from '../../base/did-you-mean.ts';
import { printable } from '../../base/printable.ts';
import { DIAGNOSTIC_CODES } from '../../diagnostic/code/code.ts';
import { allCodes, diagnosticsPage, explainText, findCodes } from '../../diagnostic/explain.ts';
import { EXIT } from '../console/exit-code.ts';
import { type ListFormat, renderTable } from '../console/table.ts';
import { say, type Terminal } from '../console/terminal.ts';

export interface ExplainArguments {
  /** None: all of them. */
  readonly names: readonly string[];
  readonly format: ListFormat;
}

export function explainCommand({ names, format }: ExplainArguments, terminal: Terminal): number {
  const unknown = names.filter((name) => findCodes(name).length === 0);
  for (const name of unknown) say(terminal, refusal(name));
  if (unknown.length > 0) return EXIT.usage;
  terminal.stdout.write(`${render(names, format)}\n`);
  return EXIT.ok;
}

function render(names: readonly string[], format: ListFormat): string {
  const found = names.length === 0 ? allCodes() : names.flatMap(findCodes);
  if (format === 'json') return JSON.stringify(found, null, 2);
  if (names.length > 0) return found.map(explainText).join('\n\n');
  if (format === 'markdown') return diagnosticsPage().trimEnd();
  const rows = found.map(({ code, severity, title }) => [code, severity, title]);
  return renderTable({ columns: ['code', 'severity', 'title'], rows }, 'text');
}

function refusal(name: string): string {
  const close = didYouMean(name, Object.keys(DIAGNOSTIC_CODES));
  const hint =
    close === undefined ? '`tiercel explain` lists all codes' : `did you mean \`${close}\`?`;
  return `error: unknown code \`${printable(name)}\`\n  hint: ${hint}`;
}
