/*
 * Lists, macros and rules as they accumulate over items and files: definitions, redefinitions, appends and
 * overrides. `index` is the place of the first definition, `visibility` that of the latest change: macros
 * and lists see only what was first defined before their own latest change (Falco's rule).
 */

import type { ItemPlace } from './item-place.ts';
import type { PlacedText } from './placed-text.ts';
import type {
  ExceptionValue,
  ListItem,
  MacroItem,
  PluginRequirement,
  RuleException,
  RuleItem,
} from './rule-item.ts';
import { fail } from './yaml-item.ts';

/** Most characters and items that may be put together: each append copies all of them. */
const WORK_MAX = 100_000_000;

export class RuleCollector {
  readonly lists = new Map<string, ListItem>();
  readonly macros = new Map<string, MacroItem>();
  readonly rules = new Map<string, RuleItem>();
  readonly pluginRequirements: PluginRequirement[] = [];
  /** Items with errors, which are not among the others. */
  readonly broken = {
    list: new Set<string>(),
    macro: new Set<string>(),
    rule: new Set<string>(),
  };
  #sequence = 0;
  #workLeft = WORK_MAX;

  /** So much was put together that no more is. */
  get isExhausted(): boolean {
    return this.#workLeft < 0;
  }

  defineList(name: string, place: ItemPlace, items: readonly string[]): void {
    const known = this.lists.get(name);
    const visibility = this.#next(place, items.length);
    this.lists.set(name, { name, place, items, index: known?.index ?? visibility, visibility });
  }

  defineMacro(name: string, place: ItemPlace, condition: PlacedText): void {
    const known = this.macros.get(name);
    const visibility = this.#next(place, condition.text.length);
    this.macros.set(name, {
      name,
      place,
      condition,
      index: known?.index ?? visibility,
      visibility,
    });
  }

  defineRule(rule: Omit<RuleItem, 'index' | 'visibility'>): void {
    const known = this.rules.get(rule.name);
    refuseExcess(rule);
    const visibility = this.#next(rule.place, sizeOf(rule));
    this.rules.set(rule.name, { ...rule, index: known?.index ?? visibility, visibility });
  }

  changeRule(rule: RuleItem, changes: Partial<RuleItem>): void {
    const changed = { ...rule, ...changes };
    refuseExcess(changed);
    const visibility = this.#next(rule.place, sizeOf(changed));
    this.rules.set(rule.name, { ...changed, visibility });
  }

  /** `size`: of what was read or put together for the item. Throws `LoadError` when that was too much by now. */
  #next(place: ItemPlace, size: number): number {
    this.#workLeft -= size;
    if (this.#workLeft < 0)
      fail(place, {
        falcoCode: 'LOAD_ERR_VALIDATE',
        code: 'RULES_TOO_LARGE',
        message: 'items are appended to too often',
      });
    this.#sequence += 1;
    return this.#sequence;
  }
}

/** What each alert of a rule has to carry. Throws `LoadError`. */
function refuseExcess({
  name,
  output,
  description,
  tags,
  place,
}: Pick<RuleItem, 'name' | 'output' | 'description' | 'tags' | 'place'>): void {
  const sizes = {
    name: name.length,
    output: output.text.length,
    description: description.length,
    tags: tags.reduce((sum, tag) => sum + tag.length + 1, 0),
  };
  for (const [part, most] of Object.entries(PART_SIZES)) {
    const size = sizes[part as keyof typeof sizes];
    if (size <= most) continue;
    const message = `the ${part} of a rule may have ${most} characters, and this has ${size}`;
    fail(place, { falcoCode: 'LOAD_ERR_VALIDATE', code: 'RULES_TOO_LARGE', message });
  }
}

const PART_SIZES = { name: 1_024, output: 64 << 10, description: 16 << 10, tags: 8 << 10 };

function sizeOf({ condition, exceptions }: Pick<RuleItem, 'condition' | 'exceptions'>): number {
  return exceptions.reduce((sum, { values }) => sum + values.length, condition.text.length);
}

/** An exception of an appended item, whose keys may be absent. */
export interface PartialException {
  readonly name: string;
  readonly place: ItemPlace;
  readonly fields: PlacedText | readonly PlacedText[] | undefined;
  /** The key is there, also without a value. */
  readonly hasFields: boolean;
  readonly comparisons: PlacedText | readonly PlacedText[] | undefined;
  readonly values: readonly ExceptionValue[] | undefined;
}

export type MergeProblem = 'fields-of-existing' | 'no-fields' | 'no-values' | 'append-no-values';

/** Exceptions of an append joined to those that are there; `onProblem` may end it. */
export function mergeExceptions(
  existing: readonly RuleException[],
  added: readonly PartialException[],
  options: {
    readonly onProblem: (problem: MergeProblem, exception: PartialException) => void;
    readonly complete: (exception: PartialException) => RuleException;
  },
): RuleException[] {
  const merged = [...existing];
  for (const exception of added) {
    const at = merged.findIndex(({ name }) => name === exception.name);
    const known = merged[at];
    if (known === undefined) {
      if (exception.fields === undefined) options.onProblem('no-fields', exception);
      if (exception.values === undefined || exception.values.length === 0) {
        options.onProblem('no-values', exception);
      }
      merged.push(options.complete(exception));
      continue;
    }
    if (exception.fields !== undefined || exception.comparisons !== undefined) {
      options.onProblem('fields-of-existing', exception);
    }
    if (exception.values === undefined || exception.values.length === 0) {
      options.onProblem('append-no-values', exception);
    }
    merged[at] = { ...known, values: [...known.values, ...(exception.values ?? [])] };
  }
  return merged;
}
