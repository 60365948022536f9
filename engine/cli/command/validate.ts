/* `tiercel validate`: are rules, configuration and plugins right? Nothing of a plugin runs. */

import { loadConfig } from '../../config/load-config.ts';
import { hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { loadAll } from '../../index.ts';
import { EXIT } from '../exit-code.ts';
import type { LoadArguments } from '../load-arguments.ts';
import { say, type Terminal } from '../terminal.ts';

export interface ValidateArguments extends LoadArguments {
  readonly json: boolean;
}

export async function validateCommand(
  args: ValidateArguments,
  terminal: Terminal,
): Promise<number> {
  const { value: config, diagnostics } = loadConfig({
    configFile: args.config,
    rulesFiles: args.rules,
    options: args.options,
    plugin: undefined,
    openParams: undefined,
  });
  if (config === undefined) {
    if (args.json)
      writeJson(terminal, { falco_load_results: [], diagnostics: toJson(diagnostics) });
    say(terminal, renderText(diagnostics, terminal));
    return EXIT.invalid;
  }
  const loaded = await loadAll(config);
  const isValid = !hasErrors(loaded.diagnostics);
  if (args.json) {
    writeJson(terminal, {
      falco_load_results: loaded.rulesetLoad.results,
      diagnostics: toJson(loaded.diagnostics),
    });
    return isValid ? EXIT.ok : EXIT.invalid;
  }
  if (loaded.diagnostics.length > 0) say(terminal, renderText(loaded.diagnostics, terminal));
  for (const { name, successful, warnings } of loaded.rulesetLoad.results) {
    const verdict = !successful ? 'Invalid' : warnings.length > 0 ? 'Ok, with warnings' : 'Ok';
    terminal.stdout.write(`${name}: ${verdict}\n`);
  }
  return isValid ? EXIT.ok : EXIT.invalid;
}

function writeJson(terminal: Terminal, value: unknown): void {
  terminal.stdout.write(`${JSON.stringify(value)}\n`);
}
