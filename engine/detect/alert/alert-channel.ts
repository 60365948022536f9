/* Alerts as some outputs want them: not all of them, or in another form. */

import { PRIORITIES, type Priority } from '../../base/priority.ts';
import { matchesWildcard } from '../../base/wildcard.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';

export const SHAPE_KINDS = ['text', 'json', 'ocsf', 'ecs', 'cef', 'otlp', 'template'] as const;

/** What an alert looks like. */
export interface AlertShape {
  readonly kind: (typeof SHAPE_KINDS)[number];
  /** The event’s own text is in it, where there is a place for it. */
  readonly hasRawEvent: boolean;
  /** Set when the kind is `template`. */
  readonly template?: string | undefined;
}

export function sameShape(one: AlertShape, other: AlertShape): boolean {
  return (
    one.kind === other.kind &&
    one.hasRawEvent === other.hasRawEvent &&
    one.template === other.template
  );
}

/** What must all hold of an alert. `undefined`: any. */
export interface AlertFilter {
  readonly minimumPriority: Priority;
  /** Names of rules; `*` stands for any text. */
  readonly rules: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
  readonly sources: readonly string[] | undefined;
}

/** Outputs that want the same have one. */
export interface AlertChannel {
  /** `undefined`: as all alerts look. */
  readonly shape: AlertShape | undefined;
  readonly filter: AlertFilter;
}

export function takesRule(
  { filter }: Pick<AlertChannel, 'filter'>,
  rule: Pick<CheckedRule, 'name' | 'priority' | 'tags' | 'source'>,
): boolean {
  const { minimumPriority, rules, tags, sources } = filter;
  return (
    PRIORITIES.indexOf(rule.priority) <= PRIORITIES.indexOf(minimumPriority) &&
    (rules?.some((pattern) => matchesWildcard(rule.name, pattern)) ?? true) &&
    (tags?.some((tag) => rule.tags.includes(tag)) ?? true) &&
    (sources?.includes(rule.source) ?? true)
  );
}

/** The channel of a number that the configuration gave. */
export function channelAt(channels: readonly AlertChannel[], number: number): AlertChannel {
  const channel = channels[number];
  if (channel === undefined) throw new Error(`there is no channel ${number}`);
  return channel;
}
