/*
 * Rules files in, checked rules and findings out: for each file Falco's result, for people diagnostics
 * with positions.
 */

import { countOf } from '../../base/quantity.ts';
import { DIAGNOSTIC_CODES } from '../../diagnostic/code/code.ts';
import { createDiagnostic, type Diagnostic, type Label } from '../../diagnostic/diagnostic.ts';
import { limitKinds } from '../../diagnostic/limit-kinds.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import { type CheckedItems, checkItems } from '../check/check-items.ts';
import { checkOperand } from '../check/check-operand.ts';
import { CheckProblem } from '../check/check-problem.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import { inOurWords } from '../check/own-wording.ts';
import type { Location } from '../rules/item-place.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { RuleLoadOptions } from '../rules/load-options.ts';
import type { FieldProblem } from '../rules/read-context.ts';
import { findUnmetRequirement } from '../rules/read-versions.ts';
import { RuleCollector } from '../rules/rule-collector.ts';
import type { RuleItem } from '../rules/rule-item.ts';
import { readRulesFile } from '../rules/rule-reader.ts';
import { parseOperand } from '../syntax/parser.ts';
import { IgnoredLints } from './ignored-lints.ts';
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
  const reported = new ReportedFindings(documents);
  for (const document of input.documents) {
    const read = readRulesFile(document, {
      collector,
      knownSources: new Set(catalogs.keys()),
      engineVersion: ENGINE_VERSION,
      checkField: (text, source) => checkFieldOfAny(text, catalogs, source),
    });
    const isBroken = read.errors.length > 0;
    checked = checkItems(collector, { catalogs, appendOutput: options.appendOutput });
    // Falco stops at its first error, and does not check items that it could not read.
    const falcoErrors = isBroken ? read.errors : checked.errors;
    const falcoWarnings = isBroken ? read.falcoWarnings : [...read.warnings, ...checked.warnings];
    const found = [...read.errors, ...checked.errors, ...read.warnings, ...checked.warnings];
    const toResult = (finding: LoadFinding) =>
      toFalcoFinding(finding, {
        ofItem: documents.get(finding.place.documentName) ?? document,
        document: documents.get(finding.at.documentName) ?? document,
      });
    results.push({
      name: document.name,
      successful: falcoErrors.length === 0,
      errors: falcoErrors.slice(0, 1).map(toResult),
      warnings: falcoWarnings.filter(({ falcoCode }) => falcoCode !== undefined).map(toResult),
    });
    diagnostics.push(...reported.add(found));
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

/** Falco checks all files again with each one: what was reported before is not reported again. */
class ReportedFindings {
  readonly #documents: ReadonlyMap<string, TextDocument>;
  readonly #ignored: IgnoredLints;
  readonly #seen = new Set<string>();

  constructor(documents: ReadonlyMap<string, TextDocument>) {
    this.#documents = documents;
    this.#ignored = new IgnoredLints(documents);
  }

  /** Diagnostics for those that are new. */
  add(findings: readonly LoadFinding[]): Diagnostic[] {
    return findings.flatMap((finding) => {
      const key = findingKey(finding);
      if (this.#seen.has(key) || !this.#isShown(finding)) return [];
      this.#seen.add(key);
      return [toDiagnostic(finding, this.#documents)];
    });
  }

  #isShown(finding: LoadFinding): boolean {
    // Unknown sources are reported once a source, at the end.
    if (finding.falcoCode === 'LOAD_UNKNOWN_SOURCE' || finding.isConsequence === true) return false;
    const isLint = DIAGNOSTIC_CODES[finding.code].severity !== 'error';
    return !isLint || !this.#ignored.has(finding);
  }
}

function usedBy(
  { usedBy: user }: LoadFinding,
  documents: ReadonlyMap<string, TextDocument>,
): Label[] {
  const document = user && documents.get(user.documentName);
  if (user === undefined || document === undefined) return [];
  return [{ document, span: user.span, text: `rule \`${user.name}\` uses the macro` }];
}

/** The first rules that cannot be used because of a macro. */
function affected(
  { affected: all = [] }: LoadFinding,
  documents: ReadonlyMap<string, TextDocument>,
): Label[] {
  const more = all.length - AFFECTED_SHOWN;
  return all.slice(0, AFFECTED_SHOWN).flatMap(({ documentName, span, name }, index) => {
    const document = documents.get(documentName);
    if (document === undefined) return [];
    const isLast = index === AFFECTED_SHOWN - 1 && more > 0;
    const also = isLast ? `; ${countOf(more, 'more rule uses', 'more rules use')} it` : '';
    return [{ document, span, text: `rule \`${name}\` uses the macro${also}` }];
  });
}

const AFFECTED_SHOWN = 3;

/** The item that another file changes: its own text is right. */
function appendedTo(
  { place, at, usedBy: user, label }: LoadFinding,
  documents: ReadonlyMap<string, TextDocument>,
): Label[] {
  const document = documents.get(place.documentName);
  if (document === undefined || at.documentName === place.documentName) return [];
  if (user !== undefined || label !== undefined) return [];
  const item = place.locations.findLast(({ itemName }) => itemName !== '');
  const name = item === undefined ? 'the item' : `${item.itemType} \`${item.itemName}\``;
  return [{ document, span: place.span, text: `${name} is changed by the text above` }];
}

/** A mistake in `append_output` is one diagnostic, not one for each rule. */
function findingKey({ at, falcoCode, falcoMessage, label }: LoadFinding): string {
  const place =
    label === undefined ? `${at.documentName} ${at.span.start}` : `config ${label.span.start}`;
  return `${place} ${falcoCode} ${falcoMessage}`;
}

/** Falco's sentence for an argument that a blank ends. */
function unbalanced(text: string, catalogs: ReadonlyMap<string, FieldCatalog>): string | undefined {
  const [, begin, name = ''] = /^((\w+(?:\.\w+)+)\[[^\s\]]*)\s/.exec(text) ?? [];
  const isKnown = [...catalogs.values()].some((catalog) => catalog.find(name) !== undefined);
  if (begin === undefined || !isKnown) return undefined;
  return `filter '${begin}': ${name} has unbalanced argument brackets`;
}

function checkFieldOfAny(
  text: string,
  catalogs: ReadonlyMap<string, FieldCatalog>,
  source: string,
): FieldProblem | undefined {
  const parsed = parseOperand(text);
  if ('error' in parsed)
    return {
      falcoMessage: unbalanced(text, catalogs),
      detail: `\`${text}\` is not a field`,
      hint: '`tiercel list fields` names them',
    };
  let problem: FieldProblem | undefined;
  for (const catalog of catalogs.values()) {
    try {
      checkOperand(parsed.operand, catalog);
      return undefined;
    } catch (error) {
      if (!(error instanceof CheckProblem)) throw error;
      if (problem !== undefined && catalog.source !== source) continue;
      const { message, detail = message, hint } = error;
      // What is wrong is the argument of a field that there is.
      const falcoMessage = message.startsWith('filter ') ? message : undefined;
      problem = { falcoMessage, detail, hint };
    }
  }
  return problem;
}

function toDiagnostic(
  finding: LoadFinding,
  documents: ReadonlyMap<string, TextDocument>,
): Diagnostic {
  const { place, at } = finding;
  const document = documents.get(at.documentName);
  const falcoMessage =
    finding.falcoMessage === '' ? 'compares with `<NA>`, which no value is' : finding.falcoMessage;
  const own = finding.message === undefined ? inOurWords(falcoMessage) : undefined;
  const said = finding.message ?? own?.message ?? falcoMessage;
  const names = finding.label === undefined ? namesOf(place.locations) : '';
  return createDiagnostic(finding.code, {
    message: names === '' ? said : `${names}: ${said}`,
    primary: finding.label ?? (document && { document, span: at.span, text: 'here' }),
    context: [
      ...usedBy(finding, documents),
      ...affected(finding, documents),
      ...appendedTo(finding, documents),
    ],
    hint: finding.hint ?? own?.hint,
    falcoCode: finding.falcoCode,
    falcoMessage: said === falcoMessage ? undefined : finding.falcoMessage,
  });
}

/** `rule \`R\`, exception \`e\``: the items and keys that a finding is in. */
function namesOf(locations: readonly Location[]): string {
  return locations
    .filter(({ itemName }) => itemName !== '')
    .map(({ itemType, itemName }) =>
      ITEM_TYPES.includes(itemType) ? `${itemType} \`${itemName}\`` : `\`${itemName}\``,
    )
    .join(', ');
}

const ITEM_TYPES = ['rule', 'macro', 'list', 'exception'];

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
