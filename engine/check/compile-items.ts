/*
 * Everything collected so far → checked rules: lists substituted, macros resolved, conditions and outputs
 * checked. Run after each file, as Falco does; the first error is Falco's result, ours go on with the other rules.
 */

import { didYouMean } from '../base/did-you-mean.ts';
import type { DiagnosticCode } from '../diagnostic/code.ts';
import type { FieldCatalog } from '../field/field-catalog.ts';
import type { Expression } from '../filter/ast.ts';
import { parseCondition } from '../filter/parser.ts';
import { expandExceptions } from '../rules/exception-expander.ts';
import { type ResolvedLists, resolveLists, substituteLists } from '../rules/list-resolver.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { AppendOutput } from '../rules/load-options.ts';
import { isProblem, type MacroProblem, resolveMacros } from '../rules/macro-resolver.ts';
import type { RuleCollector } from '../rules/rule-collector.ts';
import type { ItemPlace, MacroItem, PlacedText, RuleItem } from '../rules/rule-item.ts';
import { checkCondition } from './check-condition.ts';
import { checkOutput } from './check-output.ts';
import { CheckProblem } from './check-problem.ts';
import type { CheckedRule } from './checked-rule.ts';
import { findConditionWarnings } from './condition-warnings.ts';

export interface CompileOptions {
  readonly catalogs: ReadonlyMap<string, FieldCatalog>;
  readonly appendOutput: readonly AppendOutput[];
}

export interface CompiledRule {
  readonly item: RuleItem;
  readonly rule: CheckedRule;
}

export interface CompileResult {
  readonly rules: readonly CompiledRule[];
  readonly errors: readonly LoadFinding[];
  readonly warnings: readonly LoadFinding[];
}

/** Nodes that a condition may unfold to. */
const EXPANDED_NODES_MAX = 200_000;
const SKIPPABLE = [
  'nonexistent field',
  'invalid formatting token',
  'unknown event type',
  'unknown filter:',
];

export function compileItems(collector: RuleCollector, options: CompileOptions): CompileResult {
  return new ItemCompiler(collector, options).compile();
}

class ItemCompiler {
  readonly #collector: RuleCollector;
  readonly #options: CompileOptions;
  readonly #lists: ResolvedLists;
  readonly #macros = new Map<string, { item: MacroItem; expression: Expression }>();
  readonly #usedMacros = new Set<string>();
  readonly #errors: LoadFinding[] = [];
  readonly #warnings: LoadFinding[] = [];

  constructor(collector: RuleCollector, options: CompileOptions) {
    this.#collector = collector;
    this.#options = options;
    this.#lists = resolveLists(collector.lists.values());
  }

  compile(): CompileResult {
    this.#compileMacros();
    const rules: CompiledRule[] = [];
    const items = [...this.#collector.rules.values()].sort((a, b) => a.index - b.index);
    for (const item of items) {
      if (!item.isKnownSource) continue;
      const rule = this.#compileRule(item);
      if (rule !== undefined) rules.push({ item, rule });
    }
    // Falco ends a load at its first error, before it looks for what is not used.
    if (this.#errors.length === 0) this.#warnOfUnused();
    return { rules, errors: this.#errors, warnings: this.#warnings };
  }

  #compileMacros(): void {
    const items = [...this.#collector.macros.values()].sort((a, b) => a.index - b.index);
    for (const item of items) {
      const expression = this.#parse(item.condition, item.place, 'macro condition');
      if (expression !== undefined) this.#macros.set(item.name, { item, expression });
    }
    for (const { item, expression } of this.#macros.values()) {
      const scope = { visibility: item.visibility, path: [item.name] };
      const resolved = this.#resolve(expression, scope);
      if (isProblem(resolved)) this.#addMacroProblem(resolved, item.place, item.condition);
    }
  }

  #compileRule(item: RuleItem): CheckedRule | undefined {
    const catalog = this.#options.catalogs.get(item.source);
    if (catalog === undefined) return undefined;
    const expanded = expandExceptions(item);
    if ('message' in expanded) {
      this.#add({
        falcoCode: 'LOAD_ERR_VALIDATE',
        code: 'RULE_EXCEPTION',
        message: expanded.message,
        place: expanded.place,
        span: expanded.place.span,
      });
      return undefined;
    }
    const text = substituteLists(expanded, this.#lists) ?? expanded;
    const parsed = this.#parse(expanded, item.place, 'rule condition');
    if (parsed === undefined) return undefined;
    const resolved = this.#resolve(parsed, { visibility: Number.POSITIVE_INFINITY, path: [] });
    if (isProblem(resolved)) {
      this.#addMacroProblem(resolved, item.place, text);
      return undefined;
    }
    for (const { falcoCode, message, offset } of findConditionWarnings(resolved, catalog)) {
      this.#warnings.push(
        this.#finding({
          falcoCode,
          code: 'RULE_WARNING',
          message,
          place: item.place,
          span: spanAt(text, offset, item.place),
        }),
      );
    }
    return this.#check(item, { catalog, resolved, text });
  }

  #check(
    item: RuleItem,
    parts: { catalog: FieldCatalog; resolved: Expression; text: PlacedText },
  ): CheckedRule | undefined {
    const { catalog, resolved, text } = parts;
    const { name, description, source, priority, tags } = item;
    let current = item.output;
    let falcoCode = 'LOAD_ERR_COMPILE_OUTPUT';
    try {
      const { appendOutput } = this.#options;
      const output = checkOutput(item.output.text, item, { catalog, appendOutput });
      current = text;
      falcoCode = 'LOAD_ERR_COMPILE_CONDITION';
      const condition = checkCondition(resolved, catalog);
      return { name, description, source, priority, tags, condition, output };
    } catch (error) {
      if (!(error instanceof CheckProblem)) throw error;
      const span = spanAt(current, error.offset, item.place);
      const message = this.#outputMessage(falcoCode, error.message);
      if (item.skipsUnknownFilter && SKIPPABLE.some((part) => message.includes(part))) {
        this.#warnings.push(
          this.#finding({
            falcoCode: 'LOAD_UNKNOWN_FILTER',
            code: 'RULE_WARNING',
            message,
            place: item.place,
            span,
          }),
        );
      } else {
        const code = falcoCode === 'LOAD_ERR_COMPILE_OUTPUT' ? 'RULE_OUTPUT' : error.code;
        this.#add({ falcoCode, code, message, place: item.place, span, hint: error.hint });
      }
      return undefined;
    }
  }

  #outputMessage(falcoCode: string, message: string): string {
    const isOutput = falcoCode === 'LOAD_ERR_COMPILE_OUTPUT';
    return isOutput && !/^(?:unknown filter|invalid formatting)/.test(message)
      ? `unknown filter: ${message}`
      : message;
  }

  #parse(condition: PlacedText, place: ItemPlace, itemType: string): Expression | undefined {
    const text = substituteLists(condition, this.#lists);
    const inner = {
      ...place,
      locations: [
        ...place.locations,
        { itemType, itemName: '', offset: condition.origins[0] ?? place.span.start },
      ],
    };
    if (text === undefined) {
      this.#add({
        falcoCode: 'LOAD_ERR_VALIDATE',
        code: 'CONDITION_SYNTAX',
        message: 'the condition is too long after lists were put in',
        place: inner,
        span: place.span,
      });
      return undefined;
    }
    const result = parseCondition(text.text);
    if ('expression' in result) return result.expression;
    const span = spanAt(text, result.error.offset, place);
    this.#add({
      falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
      code: 'CONDITION_SYNTAX',
      message: result.error.message,
      place: inner,
      span,
    });
    return undefined;
  }

  #resolve(
    expression: Expression,
    scope: { visibility: number; path: readonly string[] },
  ): Expression | MacroProblem {
    let nodes = 0;
    const resolveIn = (current: Expression, path: readonly string[]): Expression | MacroProblem => {
      let problem: MacroProblem | undefined;
      const result = resolveMacros(current, {
        find: (name) => {
          nodes += 1;
          const macro = this.#macros.get(name);
          if (macro === undefined || macro.item.index >= scope.visibility) return undefined;
          if (path.includes(name) || nodes > EXPANDED_NODES_MAX) {
            problem = { kind: 'loop', name, offset: 0 };
            return undefined;
          }
          const inner = resolveIn(macro.expression, [...path, name]);
          if (isProblem(inner)) {
            problem = inner;
            return undefined;
          }
          return inner;
        },
        onUse: (name) => this.#usedMacros.add(name),
      });
      if (isProblem(result) && problem !== undefined) return { ...problem, offset: result.offset };
      return result;
    };
    return resolveIn(expression, scope.path);
  }

  #addMacroProblem(problem: MacroProblem, place: ItemPlace, text: PlacedText): void {
    const near = didYouMean(problem.name, this.#macros.keys());
    const message =
      problem.kind === 'loop'
        ? `reference loop in macro '${problem.name}'`
        : `Undefined macro '${problem.name}' used in filter.`;
    this.#add({
      falcoCode: 'LOAD_ERR_VALIDATE',
      code: 'RULE_UNKNOWN_MACRO',
      message,
      place,
      span: spanAt(text, problem.offset, place),
      hint: near === undefined || problem.kind === 'loop' ? undefined : `did you mean \`${near}\`?`,
    });
  }

  #warnOfUnused(): void {
    for (const { name, place } of this.#collector.lists.values()) {
      if (this.#lists.used.has(name)) continue;
      const message = 'List not referred to by any other rule/macro';
      this.#warnings.push(
        this.#finding({
          falcoCode: 'LOAD_UNUSED_LIST',
          code: 'RULE_WARNING',
          message,
          place,
          span: place.span,
        }),
      );
    }
    for (const { name, place } of this.#collector.macros.values()) {
      if (this.#usedMacros.has(name)) continue;
      const message = 'Macro not referred to by any other rule/macro';
      this.#warnings.push(
        this.#finding({
          falcoCode: 'LOAD_UNUSED_MACRO',
          code: 'RULE_WARNING',
          message,
          place,
          span: place.span,
        }),
      );
    }
  }

  #add(parts: FindingParts): void {
    this.#errors.push(this.#finding(parts));
  }

  #finding({ falcoCode, code, message, place, span, hint }: FindingParts): LoadFinding {
    return {
      falcoCode,
      falcoMessage: message,
      code,
      message: undefined,
      locations: place.locations,
      documentName: place.documentName,
      span,
      hint,
    };
  }
}

interface FindingParts {
  readonly falcoCode: string;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly place: ItemPlace;
  readonly span: { readonly start: number; readonly end: number };
  readonly hint?: string | undefined;
}

/** The place in the file of a character of a text, or of the item when the text is not from the file. */
function spanAt(
  text: PlacedText,
  offset: number,
  place: ItemPlace,
): { start: number; end: number } {
  for (let at = Math.min(offset, text.origins.length - 1); at >= 0; at--) {
    const origin = text.origins[at] ?? -1;
    if (origin >= 0 && text.documentName === place.documentName) {
      return { start: origin, end: origin + 1 };
    }
  }
  return place.span;
}
