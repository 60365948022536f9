/* Alerts as some outputs want them: not all of them, or in another form. */

import { PRIORITIES, type Priority } from '../base/priority.ts';
import { matchesWildcard } from '../base/wildcard.ts';
import type { CheckedRule } from '../check/checked-rule.ts';

/** What an alert looks like; `undefined`: as all alerts do. */
export type AlertShape = 'text' | 'json';

/** What must all hold of an alert. `undefined`: any. */
export interface AlertFilter {
  readonly minimumPriority: Priority;
  /** Names; `*` stands for any text. */
  readonly rules: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
  readonly sources: readonly string[] | undefined;
}

/** Outputs that want the same have one. */
export interface AlertChannel {
  readonly shape: AlertShape | undefined;
  readonly filter: AlertFilter;
}

export function takesRule({ filter }: AlertChannel, rule: CheckedRule): boolean {
  const { minimumPriority, rules, tags, sources } = filter;
  return (
    PRIORITIES.indexOf(rule.priority) <= PRIORITIES.indexOf(minimumPriority) &&
    (rules?.some((pattern) => matchesWildcard(rule.name, pattern)) ?? true) &&
    (tags?.some((tag) => rule.tags.includes(tag)) ?? true) &&
    (sources?.includes(rule.source) ?? true)
  );
}
