/*
 * Everything collected so far → checked rules and all findings. Run after each file, as Falco does; the first error is
 * Falco's result, ours continue with the other rules.
 */

import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { AppendOutput } from '../rules/load-options.ts';
import { type CollectedItems, resolveItems } from '../rules/resolve-items.ts';
import type { RuleItem } from '../rules/rule-item.ts';
import { checkRule } from './check-rule.ts';
import type { CheckedRule } from './checked-rule.ts';
import { findingOf, unusedFindings } from './falco-wording.ts';

export interface CheckItemsOptions {
  /** By event source. */
  readonly catalogs: ReadonlyMap<string, FieldCatalog>;
  readonly appendOutput: readonly AppendOutput[];
}

export interface CheckedItem {
  readonly item: RuleItem;
  readonly rule: CheckedRule;
}

export interface CheckedItems {
  readonly rules: readonly CheckedItem[];
  readonly errors: readonly LoadFinding[];
  readonly warnings: readonly LoadFinding[];
}

export function checkItems(
  items: CollectedItems,
  { catalogs, appendOutput }: CheckItemsOptions,
): CheckedItems {
  const resolved = resolveItems(items);
  const listNames = [...items.lists.keys()].filter((name) => name.includes('_'));
  const rules: CheckedItem[] = [];
  const errors = resolved.problems.map(findingOf);
  const warnings: LoadFinding[] = [];
  for (const one of resolved.rules) {
    const { item, problems } = one;
    errors.push(...problems.map(findingOf));
    const catalog = catalogs.get(item.source);
    if (catalog === undefined) continue;
    const {
      rule,
      errors: ofRule,
      warnings: more,
    } = checkRule(one, { catalog, appendOutput, listNames });
    errors.push(...ofRule);
    warnings.push(...more);
    if (rule !== undefined && problems.length === 0) rules.push({ item, rule });
  }
  // Falco ends a load at its first error, before it looks for unused items.
  const isBroken = Object.values(items.broken).some(({ size }) => size > 0);
  if (errors.length === 0 && !isBroken) warnings.push(...unusedFindings(resolved));
  return { rules, errors, warnings };
}
