/* Which rules are active: minimum priority, `enabled:`, then the selections of the configuration in order. */

import { didYouMean } from '../../base/did-you-mean.ts';
import { PRIORITIES } from '../../base/priority.ts';
import { matchesWildcard } from '../../base/wildcard.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { CheckedItems } from '../check/check-items.ts';
import type { RuleLoadOptions, RuleSelection } from '../rules/load-options.ts';
import type { RuleItem } from '../rules/rule-item.ts';

export function selectRules(
  checked: CheckedItems,
  options: RuleLoadOptions,
): CheckedItems['rules'] {
  const lowest = PRIORITIES.indexOf(options.minimumPriority);
  const all = checked.rules.filter(({ item }) => PRIORITIES.indexOf(item.priority) <= lowest);
  // Falco: a rule that is enabled later is evaluated after those before.
  const active = new Set(all.filter(({ item }) => item.isEnabled));
  for (const selection of options.selections)
    for (const one of all) {
      if (!isSelected(selection, one.item)) continue;
      if (selection.action === 'enable') active.add(one);
      else active.delete(one);
    }
  return [...active];
}

function isSelected({ by, pattern }: RuleSelection, item: RuleItem): boolean {
  if (by === 'tag') return item.tags.includes(pattern);
  return matchesWildcard(item.name, pattern);
}

/** Entries of `rules:` that name nothing there is: a rule that was to be silenced would go on. */
export function findUnusedSelections(
  selections: readonly RuleSelection[],
  rules: readonly RuleItem[],
): Diagnostic[] {
  if (rules.length === 0) return [];
  return selections
    .filter((selection) => !rules.some((rule) => isSelected(selection, rule)))
    .map(({ action, by, pattern }) => {
      const names =
        by === 'rule' ? rules.map(({ name }) => name) : rules.flatMap(({ tags }) => tags);
      const near = didYouMean(pattern, names);
      const what = by === 'rule' ? 'name' : 'tag';
      const message = `\`rules\`: nothing to ${action}, no rule has the ${what} \`${pattern}\``;
      const hint = near === undefined ? 'tiercel list rules' : `did you mean \`${near}\`?`;
      return createDiagnostic('CONFIG_SELECTION_UNUSED', { message, hint });
    });
}
