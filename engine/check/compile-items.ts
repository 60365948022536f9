/*
 * Everything collected so far → checked rules: lists substituted, macros resolved, conditions and outputs
 * checked. Run after each file, as Falco does; the first error is Falco's result, ours go on with the other rules.
 */

import { didYouMean } from '../base/did-you-mean.ts';
import type { DiagnosticCode } from '../diagnostic/code.ts';
import type { Label } from '../diagnostic/diagnostic.ts';
import type { Span } from '../diagnostic/span.ts';
import type { FieldCatalog } from '../field/field-catalog.ts';
import type { Expression } from '../filter/ast.ts';
import { parseCondition } from '../filter/parser.ts';
import { visitExpression } from '../filter/visit.ts';
import { expandExceptions } from '../rules/exception-expander.ts';
import {
  ALL_EXPANDED_SIZE_MAX,
  type ResolvedLists,
  resolveLists,
  substituteLists,
} from '../rules/list-resolver.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { AppendOutput } from '../rules/load-options.ts';
import type { RuleCollector } from '../rules/rule-collector.ts';
import type { ItemPlace, MacroItem, PlacedText, RuleItem } from '../rules/rule-item.ts';
import { spanInFile } from '../rules/span-in-file.ts';
import { checkCondition } from './check-condition.ts';
import { checkOutput } from './check-output.ts';
import { AppendProblem, CheckProblem } from './check-problem.ts';
import type { CheckedRule } from './checked-rule.ts';
import { findConditionWarnings } from './condition-warnings.ts';
import {
  ALL_NODES_MAX,
  CONDITION_DEPTH_MAX,
  CONDITION_NODES_MAX,
  isProblem,
  type MacroProblem,
  MacroResolution,
} from './macro-resolution.ts';
import { syntaxHint } from './syntax-hint.ts';

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
  readonly #macros = new Map<string, { item: MacroItem } & ParsedText>();
  /** Whose text a node's span counts in: the rule's, or that of a macro it uses. */
  readonly #texts = new WeakMap<Span, PlacedText>();
  #resolution = new MacroResolution([]);
  #sizeLeft = ALL_EXPANDED_SIZE_MAX;
  readonly #errors: LoadFinding[] = [];
  readonly #warnings: LoadFinding[] = [];

  constructor(collector: RuleCollector, options: CompileOptions) {
    this.#collector = collector;
    this.#options = options;
    this.#lists = resolveLists(collector.lists.values());
  }

  compile(): CompileResult {
    const { tooLarge } = this.#lists;
    if (tooLarge !== undefined)
      this.#addTooLarge('lists within lists have too many items in all', tooLarge.place);
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
      const parsed = this.#parse(item.condition, item.place, 'macro condition');
      if (parsed !== undefined) this.#macros.set(item.name, { item, ...parsed });
    }
    this.#resolution = new MacroResolution(
      [...this.#macros.values()].map(({ item, expression }) => {
        return { name: item.name, index: item.index, expression };
      }),
    );
    for (const { item, text } of this.#macros.values()) {
      const problem = this.#resolution.problemOf(item.name, item.visibility);
      if (problem !== undefined) this.#addMacroProblem(problem, item.place, text);
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
    const parsed = this.#parse(expanded, item.place, 'rule condition');
    if (parsed === undefined) return undefined;
    const { text } = parsed;
    const resolved = this.#resolution.resolve(parsed.expression);
    if (isProblem(resolved)) {
      this.#addMacroProblem(resolved, item.place, text);
      return undefined;
    }
    for (const { span, ...warning } of findConditionWarnings(resolved, catalog)) {
      this.#warnings.push(
        this.#finding({
          ...warning,
          code: 'RULE_WARNING',
          ...this.#placeOf(span, text, item),
        }),
      );
    }
    return this.#check(item, { catalog, resolved, text });
  }

  /** Output first, as Falco does; the condition is looked at even when the output is wrong. */
  #check(
    item: RuleItem,
    parts: { catalog: FieldCatalog; resolved: Expression; text: PlacedText },
  ): CheckedRule | undefined {
    const { catalog, resolved, text } = parts;
    const { name, description, source, priority, tags } = item;
    const { appendOutput } = this.#options;
    const output = this.#attempt(item, item.output, 'LOAD_ERR_COMPILE_OUTPUT', () =>
      checkOutput(item.output.text, item, { catalog, appendOutput }),
    );
    const condition = this.#attempt(item, text, 'LOAD_ERR_COMPILE_CONDITION', () =>
      checkCondition(resolved, catalog),
    );
    if (output === undefined || condition === undefined) return undefined;
    return { name, description, source, priority, tags, condition, output };
  }

  /** `undefined`: a problem was found, and noted. */
  #attempt<Checked>(
    item: RuleItem,
    text: PlacedText,
    falcoCode: 'LOAD_ERR_COMPILE_OUTPUT' | 'LOAD_ERR_COMPILE_CONDITION',
    check: () => Checked,
  ): Checked | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof CheckProblem)) throw error;
      this.#addProblem(item, error, { text, falcoCode });
      return undefined;
    }
  }

  #addProblem(
    item: RuleItem,
    problem: CheckProblem,
    { text, falcoCode }: { text: PlacedText; falcoCode: string },
  ): void {
    const place = this.#placeOf(problem.span, text, item);
    const message = this.#outputMessage(falcoCode, problem.message);
    if (item.skipsUnknownFilter && SKIPPABLE.some((part) => message.includes(part))) {
      const code = 'RULE_WARNING';
      const finding = { falcoCode: 'LOAD_UNKNOWN_FILTER', code, message, ...place } as const;
      this.#warnings.push(this.#finding(finding));
      return;
    }
    const { code, hint, detail } = problem;
    const label = problem instanceof AppendProblem ? problem.label : undefined;
    this.#add({ falcoCode, code, message, detail, hint, label, ...place });
  }

  #outputMessage(falcoCode: string, message: string): string {
    const isOutput = falcoCode === 'LOAD_ERR_COMPILE_OUTPUT';
    return isOutput && !/^(?:unknown filter|invalid formatting)/.test(message)
      ? `unknown filter: ${message}`
      : message;
  }

  #parse(condition: PlacedText, place: ItemPlace, itemType: string): ParsedText | undefined {
    const text = substituteLists(condition, this.#lists);
    const inner = {
      ...place,
      locations: [
        ...place.locations,
        { itemType, itemName: '', offset: condition.origins[0] ?? place.span.start },
      ],
    };
    this.#sizeLeft -= text?.text.length ?? 0;
    if (text === undefined || this.#sizeLeft < 0) {
      const all = text === undefined ? 'the condition is' : 'all conditions together are';
      this.#addTooLarge(`${all} too long after lists were put in`, inner);
      return undefined;
    }
    const result = parseCondition(text.text);
    if ('expression' in result) {
      const note = ({ span }: { readonly span: Span }): unknown => this.#texts.set(span, text);
      visitExpression(result.expression, { expression: note, operand: note, word: note });
      return { expression: result.expression, text };
    }
    const { message, offset } = result.error;
    this.#add({
      falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
      code: 'CONDITION_SYNTAX',
      message,
      place: inner,
      span: spanInFile(text, { start: offset, end: offset + 1 }, place),
      hint: syntaxHint(text.text, offset),
    });
    return undefined;
  }

  #addTooLarge(message: string, place: ItemPlace): void {
    const falcoCode = 'LOAD_ERR_VALIDATE';
    this.#add({ falcoCode, code: 'RULES_TOO_LARGE', message, place, span: place.span });
  }

  #addMacroProblem(problem: MacroProblem, place: ItemPlace, text: PlacedText): void {
    if (problem.kind === 'size') {
      const most = `${CONDITION_NODES_MAX} parts, ${ALL_NODES_MAX} in all, or ${CONDITION_DEPTH_MAX} levels`;
      const macro = problem.name === '' ? '' : ` (macro \`${problem.name}\`)`;
      this.#addTooLarge(`with its macros the condition has more than ${most}${macro}`, place);
      return;
    }
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
      span: spanInFile(
        text,
        { start: problem.offset, end: problem.offset + problem.name.length },
        place,
      ),
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
      if (this.#resolution.used.has(name)) continue;
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

  #finding(parts: FindingParts): LoadFinding {
    const { falcoCode, code, message, detail, place, span, hint, label, usedBy } = parts;
    return {
      falcoCode,
      falcoMessage: message,
      code,
      message: detail,
      locations: place.locations,
      documentName: place.documentName,
      span,
      hint,
      label,
      usedBy,
    };
  }

  /** A node of a macro is in the macro's text, wherever the rule is that uses it. */
  #placeOf(
    span: Span,
    text: PlacedText,
    item: RuleItem,
  ): Pick<FindingParts, 'place' | 'span' | 'usedBy'> {
    const own = this.#texts.get(span) ?? text;
    const { place } = item;
    if (own === text) return { place, span: spanInFile(text, span, place) };
    const ofMacro = { ...place, documentName: own.documentName };
    const usedBy = { documentName: place.documentName, span: place.span, name: item.name };
    return { place: ofMacro, span: spanInFile(own, span, ofMacro), usedBy };
  }
}

/** A condition with its lists put in: what the spans of its nodes count in. */
interface ParsedText {
  readonly expression: Expression;
  readonly text: PlacedText;
}

interface FindingParts {
  readonly falcoCode: string | undefined;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly place: ItemPlace;
  readonly span: Span;
  readonly hint?: string | undefined;
  /** For people, where it says more than Falco's message. */
  readonly detail?: string | undefined;
  readonly label?: Label | undefined;
  readonly usedBy?: LoadFinding['usedBy'];
}
