/* How a command ends that could not do what it was asked for. */

import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { EXIT } from '../console/exit-code.ts';
import type { Terminal } from '../console/terminal.ts';

/** Says why, in the form that was asked for, and answers the exit code. */
export function refuse(
  diagnostics: readonly Diagnostic[],
  { isJson }: { readonly isJson: boolean },
  terminal: Terminal,
): number {
  if (isJson) terminal.stdout.write(`${JSON.stringify({ diagnostics: toJson(diagnostics) })}\n`);
  else terminal.stderr.write(`${renderText(diagnostics, terminal)}\n`);
  return EXIT.invalid;
}
