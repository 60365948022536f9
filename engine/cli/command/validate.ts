/* `tiercel validate`: are rules, configuration and plugins right? Nothing of a plugin runs. */

import { createDiagnostic, type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { loadAll, type RulesFileResult } from '../../index.ts';
import { EXIT } from '../exit-code.ts';
import { judge, type LoadArguments, loadConfigFor } from '../load.ts';
import { say, type Terminal } from '../terminal.ts';

export interface ValidateArguments extends LoadArguments {
  readonly json: boolean;
}

export async function validateCommand(
  args: ValidateArguments,
  terminal: Terminal,
): Promise<number> {
  const { results, diagnostics } = await check(args);
  const isValid = !hasErrors(diagnostics);
  if (args.json) {
    const answer = { falco_load_results: results, diagnostics: toJson(diagnostics) };
    terminal.stdout.write(`${JSON.stringify(answer)}\n`);
    return isValid ? EXIT.ok : EXIT.invalid;
  }
  if (diagnostics.length > 0) say(terminal, renderText(diagnostics, terminal));
  for (const result of results) {
    terminal.stdout.write(`${result.name}: ${verdictOf(result, diagnostics)}\n`);
  }
  // What is wrong is not in a rules file: the last word must not be Ok.
  const isElsewhere = results.every(({ successful }) => successful);
  if (!isValid && isElsewhere) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
    terminal.stdout.write(`Invalid: ${errors} ${errors === 1 ? 'error' : 'errors'}\n`);
  }
  return isValid ? EXIT.ok : EXIT.invalid;
}

interface CheckResult {
  readonly results: readonly RulesFileResult[];
  readonly diagnostics: readonly Diagnostic[];
}

async function check(args: ValidateArguments): Promise<CheckResult> {
  const { value: config, diagnostics: ofConfig } = loadConfigFor(args);
  if (config === undefined) return { results: [], diagnostics: ofConfig };
  const isNothingNamed = args.rules.length === 0 && config.rulesFiles === undefined;
  const isNoConfig =
    args.config === undefined && ofConfig.every(({ code }) => code !== 'CONFIG_FOUND');
  if (isNothingNamed && isNoConfig) {
    const message = 'there is nothing to validate: no rules files and no configuration were named';
    const hint = '`tiercel validate my_rules.yaml`, or `-c tiercel.yaml`';
    return {
      results: [],
      diagnostics: [...ofConfig, createDiagnostic('RULE_NONE', { message, hint })],
    };
  }
  const loaded = await loadAll(config);
  const { results } = loaded.rulesetLoad;
  const diagnostics = [...ofConfig, ...judge(loaded.diagnostics, args)];
  if (results.length === 0 && args.rules.length > 0 && !hasErrors(diagnostics)) {
    const message = 'there is nothing to validate: no rules file was found';
    diagnostics.push(createDiagnostic('RULE_NONE', { message, hint: 'name one' }));
  }
  return { results, diagnostics };
}

function verdictOf(
  { name, successful, warnings }: RulesFileResult,
  diagnostics: readonly Diagnostic[],
): string {
  const isStrictlyWrong = diagnostics.some(
    ({ severity, primary }) => severity === 'error' && primary?.document.name === name,
  );
  if (!successful || isStrictlyWrong) return 'Invalid';
  return warnings.length > 0 ? 'Ok, with warnings' : 'Ok';
}
