/*
 * Rules files in, checked rules and findings out: for each file Falco's result, for people diagnostics
 * with positions.
 */

import { createDiagnostic, type Diagnostic, type Label } from '../../diagnostic/diagnostic.ts';
import { limitKinds } from '../../diagnostic/limit-kinds.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import { type CheckedItems, checkItems } from '../check/check-items.ts';
import { checkOperand } from '../check/check-operand.ts';
import { CheckProblem } from '../check/check-problem.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { RuleLoadOptions } from '../rules/load-options.ts';
import { findUnmetRequirement } from '../rules/read-versions.ts';
import { RuleCollector } from '../rules/rule-collector.ts';
import type { RuleItem } from '../rules/rule-item.ts';
import { readRulesFile } from '../rules/rule-reader.ts';
import { parseOperand } from '../syntax/parser.ts';
import { findUnusedSelections, selectRules } from './rule-selection.ts';
import { type RulesFileResult, toFalcoFinding } from './rules-result.ts';
import { emptyFile, findUnknownSources } from './ruleset-findings.ts';

/** The version of Falco's engine whose rules are understood. */
export const ENGINE_VERSION = '0.62.0';

export interface RulesetInput {
  readonly documents: readonly TextDocument[];
  /** By event source. */
  readonly catalogs: ReadonlyMap<string, FieldCatalog>;
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
  readonly options: RuleLoadOptions;
}

export interface RulesetLoad {
  /** Enabled ones, in evaluation order. */
  readonly rules: readonly CheckedRule[];
  /** One a file, in Falco's form. */
  readonly results: readonly RulesFileResult[];
  readonly requirementErrors: readonly Diagnostic[];
  readonly diagnostics: readonly Diagnostic[];
  readonly items: RulesetItems;
}

/** What `list` and `describe` show. */
export interface RulesetItems {
  readonly rules: readonly (RuleItem & { readonly isActive: boolean })[];
  readonly macros: readonly { readonly name: string; readonly condition: string }[];
  readonly lists: readonly { readonly name: string; readonly items: readonly string[] }[];
}

export function loadRuleset(input: RulesetInput): RulesetLoad {
  const collector = new RuleCollector();
  const results: RulesFileResult[] = [];
  const diagnostics: Diagnostic[] = [];
  const documents = new Map(input.documents.map((document) => [document.name, document]));
  const { catalogs, options } = input;
  let checked: CheckedItems = { rules: [], errors: [], warnings: [] };
  const seen = new Set<string>();
  for (const document of input.documents) {
    const read = readRulesFile(document, {
      collector,
      knownSources: new Set(catalogs.keys()),
      engineVersion: ENGINE_VERSION,
      isField: (text) => isFieldOfAny(text, catalogs),
    });
    const isBroken = read.error !== undefined;
    if (!isBroken)
      checked = checkItems(collector, { catalogs, appendOutput: options.appendOutput });
    const errors = isBroken ? [read.error] : checked.errors;
    const warnings = isBroken ? read.warnings : [...read.warnings, ...checked.warnings];
    const toResult = (finding: LoadFinding) =>
      toFalcoFinding(finding, documents.get(finding.documentName) ?? document);
    results.push({
      name: document.name,
      successful: errors.length === 0,
      // Falco stops at its first error.
      errors: errors.slice(0, 1).map(toResult),
      warnings: warnings.filter(({ falcoCode }) => falcoCode !== undefined).map(toResult),
    });
    for (const finding of [...errors, ...warnings]) {
      // Told once a source, at the end.
      if (finding.falcoCode === 'LOAD_UNKNOWN_SOURCE') continue;
      const key = findingKey(finding);
      if (!seen.has(key)) diagnostics.push(toDiagnostic(finding, documents));
      seen.add(key);
    }
    if (!isBroken && read.itemCount === 0) diagnostics.push(emptyFile(document));
  }
  diagnostics.push(
    ...findUnknownSources([...collector.rules.values()], documents, [...catalogs.keys()]),
  );
  const unmet = findUnmetRequirement(collector.pluginRequirements, input.plugins);
  const requirementErrors =
    unmet === undefined ? [] : [createDiagnostic('RULE_VERSION', { message: unmet })];
  const active = selectRules(checked, options);
  const isComplete = results.every(({ successful }) => successful);
  if (isComplete)
    diagnostics.push(...findUnusedSelections(options.selections, [...collector.rules.values()]));
  return {
    rules: active.map(({ rule }) => rule),
    results,
    requirementErrors,
    diagnostics: limitKinds(diagnostics),
    items: describeItems(collector, new Set(active.map(({ rule }) => rule.name))),
  };
}

function usedBy(
  { usedBy: user }: LoadFinding,
  documents: ReadonlyMap<string, TextDocument>,
): Label[] {
  const document = user && documents.get(user.documentName);
  if (user === undefined || document === undefined) return [];
  return [{ document, span: user.span, text: `rule \`${user.name}\` uses the macro` }];
}

/** A mistake in `append_output` is one diagnostic, not one for each rule. */
function findingKey({ documentName, span, falcoCode, falcoMessage, label }: LoadFinding): string {
  const place =
    label === undefined ? `${documentName} ${span.start}` : `config ${label.span.start}`;
  return `${place} ${falcoCode} ${falcoMessage}`;
}

function isFieldOfAny(text: string, catalogs: ReadonlyMap<string, FieldCatalog>): boolean {
  const parsed = parseOperand(text);
  if ('error' in parsed) return false;
  for (const catalog of catalogs.values()) {
    try {
      checkOperand(parsed.operand, catalog);
      return true;
    } catch (error) {
      if (!(error instanceof CheckProblem)) throw error;
    }
  }
  return false;
}

function toDiagnostic(
  finding: LoadFinding,
  documents: ReadonlyMap<string, TextDocument>,
): Diagnostic {
  const document = documents.get(finding.documentName);
  const isWarning = finding.falcoCode?.startsWith('LOAD_ERR') !== true;
  const falcoMessage =
    finding.falcoMessage === '' ? 'compares with `<NA>`, which no value is' : finding.falcoMessage;
  const said = finding.message ?? falcoMessage;
  const item = finding.locations.findLast(({ itemName }) => itemName !== '');
  const isOfRule = finding.label === undefined && item !== undefined;
  return createDiagnostic(isWarning ? 'RULE_WARNING' : finding.code, {
    message: isOfRule ? `${item.itemType} \`${item.itemName}\`: ${said}` : said,
    primary: finding.label ?? (document && { document, span: finding.span, text: 'here' }),
    context: usedBy(finding, documents),
    hint: finding.hint,
    falcoCode: finding.falcoCode,
  });
}

function describeItems(collector: RuleCollector, active: ReadonlySet<string>): RulesetItems {
  return {
    rules: [...collector.rules.values()]
      .sort((a, b) => a.index - b.index)
      .map((rule) => ({ ...rule, isActive: active.has(rule.name) })),
    macros: [...collector.macros.values()].map(({ name, condition }) => ({
      name,
      condition: condition.text,
    })),
    lists: [...collector.lists.values()].map(({ name, items }) => ({ name, items })),
  };
}
