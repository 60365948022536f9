/* `tiercel validate`: are rules, configuration and plugins right? Nothing of a plugin runs. */

import { relative } from 'node:path';
import { VERSION } from '#generated/build-info';
import { printable, printableLines } from '../../base/printable.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { toSarif } from '../../diagnostic/render-sarif.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { RulesFileResult } from '../../language/load/rules-result.ts';
import { loadAll } from '../../run/load/load-all.ts';
import { EXIT } from '../console/exit-code.ts';
import { judge, type LoadArguments, loadConfigFor } from '../console/load.ts';
import { say, type Terminal } from '../console/terminal.ts';

export type ValidateFormat = 'text' | 'json' | 'sarif';

export interface ValidateArguments extends LoadArguments {
  readonly format: ValidateFormat;
  /** Stop at the first error, as Falco does. */
  readonly isFirstErrorOnly: boolean;
}

export async function validateCommand(
  args: ValidateArguments,
  terminal: Terminal,
): Promise<number> {
  const { results, diagnostics: all, documents } = await check(args);
  const diagnostics = args.isFirstErrorOnly ? untilFirstError(all) : all;
  const isValid = !hasErrors(diagnostics);
  if (args.format === 'sarif') {
    const sarif = toSarif(diagnostics, {
      version: VERSION,
      pathOf: (name) => relative(process.cwd(), name),
    });
    terminal.stdout.write(`${printableLines(JSON.stringify(sarif, undefined, 2))}\n`);
    return isValid ? EXIT.ok : EXIT.invalid;
  }
  if (args.format === 'json') {
    const answer = {
      falco_load_results: await withSchema(results, documents),
      diagnostics: toJson(diagnostics),
    };
    terminal.stdout.write(`${printableLines(JSON.stringify(answer))}\n`);
    return isValid ? EXIT.ok : EXIT.invalid;
  }
  if (diagnostics.length > 0) say(terminal, renderText(diagnostics, terminal));
  for (const result of results) {
    terminal.stdout.write(`${printable(result.name)}: ${verdictOf(result, diagnostics)}\n`);
  }
  // The error is not in a rules file: the last line must not be Ok.
  const isElsewhere = results.every(({ successful }) => successful);
  if (!isValid && isElsewhere) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
    terminal.stdout.write(`Invalid: ${errors} ${errors === 1 ? 'error' : 'errors'}\n`);
  }
  return isValid ? EXIT.ok : EXIT.invalid;
}

/** Without the errors behind the first one; warnings stay. */
function untilFirstError(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return diagnostics.filter((one) => one.severity !== 'error' || one === first);
}

interface CheckResult {
  readonly results: readonly RulesFileResult[];
  readonly diagnostics: readonly Diagnostic[];
  readonly documents: readonly TextDocument[];
}

async function check(args: ValidateArguments): Promise<CheckResult> {
  const { value: config, diagnostics: ofConfig } = loadConfigFor(args);
  if (config === undefined) return { results: [], diagnostics: ofConfig, documents: [] };
  const isNothingNamed = args.rules.length === 0 && config.rulesFiles === undefined;
  const isNoConfig =
    args.config === undefined && ofConfig.every(({ code }) => code !== 'CONFIG_FOUND');
  if (isNothingNamed && isNoConfig) {
    const message = 'there is nothing to validate: no rules files and no configuration were named';
    const hint = '`tiercel validate my_rules.yaml`, or `-c tiercel.yaml`';
    const nothing = createDiagnostic('RULE_NONE', { message, hint });
    return { results: [], diagnostics: [...ofConfig, nothing], documents: [] };
  }
  const loaded = await loadAll(config);
  const { results } = loaded.rulesetLoad;
  const diagnostics = [...ofConfig, ...judge(loaded.diagnostics, args)];
  if (results.length === 0 && args.rules.length > 0 && !hasErrors(diagnostics)) {
    const message = 'there is nothing to validate: no rules file was found';
    diagnostics.push(createDiagnostic('RULE_NONE', { message, hint: 'name one' }));
  }
  return { results, diagnostics, documents: loaded.documents };
}

/** Falco's `schema_valid`: advice of the schema, which makes no file invalid. */
async function withSchema(
  results: readonly RulesFileResult[],
  documents: readonly TextDocument[],
): Promise<object[]> {
  const { rulesSchemaWarnings } = await import('../../diagnostic/schema/validate-rules.ts');
  return results.map(({ name, successful, ...findings }) => {
    const document = documents.find((one) => one.name === name);
    const warnings = document === undefined ? [] : rulesSchemaWarnings(document);
    const schema = { schema_valid: warnings.length === 0, schema_warnings: warnings };
    return { name, successful, ...schema, ...findings };
  });
}

function verdictOf(
  { name, successful, warnings }: RulesFileResult,
  diagnostics: readonly Diagnostic[],
): string {
  const found = diagnostics.filter(({ primary }) => primary?.document.name === name);
  if (hasErrors(found)) return 'Invalid';
  // Falco checks all files again with each one: the error may be in one before.
  if (!successful && !hasErrors(diagnostics.filter((one) => !found.includes(one))))
    return 'Invalid';
  return warnings.length + found.length > 0 ? 'Ok, with warnings' : 'Ok';
}
