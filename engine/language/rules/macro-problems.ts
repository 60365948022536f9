/*
 * One cause, one error: what is wrong with macros is reported at the macro that is wrong, with the rules that cannot be
 * used because of it. The same problem where it is only passed on, in macros and rules that name that one, is marked as
 * a consequence: Falco may report it first.
 */

import { didYouMean } from '../../base/did-you-mean.ts';
import type { ItemPlace } from './item-place.ts';
import type { ItemProblem, ParsedText } from './item-problem.ts';
import type { PlacedText } from './placed-text.ts';
import {
  type MacroProblem,
  type MacroTable,
  problemsOfMacro,
  resolveMacros,
} from './resolve-macros.ts';
import type { MacroItem, RuleItem } from './rule-item.ts';

interface ParsedMacroItem {
  readonly item: MacroItem;
  readonly parsed: ParsedText;
}

/** A problem of a macro, and the macro that explains it; `undefined`: it explains itself. */
interface Judged {
  readonly problem: MacroProblem;
  readonly cause: string | undefined;
}

export class MacroProblems {
  readonly table: MacroTable;
  readonly #macros: readonly ParsedMacroItem[];
  /** With errors of their own, in their text or before it could be read. */
  readonly #broken: ReadonlySet<string>;
  readonly #judged = new Map<string, readonly Judged[]>();
  /** By the macro that is the cause. */
  readonly #affected = new Map<string, ItemPlace[]>();

  constructor(macros: readonly ParsedMacroItem[], unread: ReadonlySet<string>) {
    this.#macros = macros;
    const sound = macros.flatMap(({ item: { name, index }, parsed }) =>
      parsed.condition === undefined || parsed.problems.length > 0
        ? []
        : [{ ...parsed.condition, name, index }],
    );
    const names = new Set(sound.map(({ name }) => name));
    const unsound = macros.filter(({ item }) => !names.has(item.name)).map(({ item }) => item.name);
    this.#broken = new Set([...unread, ...unsound]);
    this.table = resolveMacros(sound);
    const found = macros.map(({ item: { name, visibility } }) => {
      const problems = names.has(name) ? problemsOfMacro(name, visibility, this.table) : [];
      return { name, problems };
    });
    const inLoop = new Map<string, string>();
    const roots = new Set(
      found
        .filter(({ problems }) => problems.some(({ path }) => path.length === 0))
        .map(({ name }) => name),
    );
    // The macros of a circle first: what else is wrong with them comes from it.
    for (const { name, problems } of found)
      for (const { kind, path } of problems) {
        if (kind !== 'loop') continue;
        const known = [name, ...path].flatMap((one) => inLoop.get(one) ?? [])[0] ?? name;
        for (const one of [name, ...path]) inLoop.set(one, known);
      }
    for (const { name, problems } of found)
      this.#judged.set(
        name,
        problems.map((problem) => ({
          problem,
          cause: this.#causeOf(problem, { name, roots, inLoop }),
        })),
      );
  }

  /** Problems of all macros, in their order. */
  ofMacros(): ItemProblem[] {
    const ofTexts = this.#macros.flatMap(({ item, parsed }) =>
      this.#withAffected(parsed.problems, item.name),
    );
    const ofUses = this.#macros.flatMap(({ item, parsed }) => {
      const text = parsed.condition?.text;
      if (text === undefined) return [];
      const problems = (this.#judged.get(item.name) ?? []).map(({ problem, cause }) =>
        this.#toProblem(problem, cause !== undefined, { place: item.place, text }),
      );
      return this.#withAffected(problems, item.name);
    });
    return [...ofTexts, ...ofUses];
  }

  inRule(problem: MacroProblem, { place }: RuleItem, text: PlacedText): ItemProblem {
    const cause = this.#causeInRule(problem);
    if (cause !== undefined) {
      const places = this.#affected.get(cause);
      if (places === undefined) this.#affected.set(cause, [place]);
      else places.push(place);
    }
    return this.#toProblem(problem, cause !== undefined, { place, text });
  }

  #toProblem(
    problem: MacroProblem,
    isConsequence: boolean,
    { place, text }: { readonly place: ItemPlace; readonly text: PlacedText },
  ): ItemProblem {
    const isUnknown = problem.kind === 'unknown' && !isConsequence;
    const near = isUnknown
      ? didYouMean(
          problem.name,
          this.#macros.map(({ item }) => item.name),
        )
      : undefined;
    return { kind: 'macro', problem, place, text, near, isConsequence };
  }

  /** The rules stand with the first problem that is not a consequence. */
  #withAffected(problems: readonly ItemProblem[], name: string): readonly ItemProblem[] {
    const affected = this.#affected.get(name);
    const first = problems.findIndex((one) => one.kind !== 'macro' || !one.isConsequence);
    if (affected === undefined || first === -1) return problems;
    return problems.map((one, index) => (index === first ? { ...one, affected } : one));
  }

  /** `roots`: macros that name an unknown one. */
  #causeOf(
    { kind, name: missing, path }: MacroProblem,
    {
      name,
      roots,
      inLoop,
    }: {
      readonly name: string;
      readonly roots: ReadonlySet<string>;
      /** The macro that a circle is reported at, by those in it. */
      readonly inLoop: ReadonlyMap<string, string>;
    },
  ): string | undefined {
    if (kind === 'unknown' && this.#broken.has(missing)) return missing;
    const [first] = [name, ...path].flatMap((one) => inLoop.get(one) ?? []);
    if (first !== undefined) return kind === 'loop' && first === name ? undefined : first;
    return path.findLast((one) => roots.has(one));
  }

  #causeInRule({ kind, name, path }: MacroProblem): string | undefined {
    if (kind === 'unknown' && this.#broken.has(name)) return name;
    return path.findLast((one) =>
      (this.#judged.get(one) ?? []).some(({ cause }) => cause === undefined),
    );
  }
}
