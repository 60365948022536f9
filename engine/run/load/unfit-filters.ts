/* Filters of outputs that no alert can pass: an output that never gets anything looks like a quiet day. */

import { didYouMean } from '../../base/did-you-mean.ts';
import { matchesWildcard } from '../../base/wildcard.ts';
import type { OutputConfig } from '../../config/output-config.ts';
import { takesRule } from '../../detect/alert/alert-channel.ts';
import { createDiagnostic, type Diagnostic, type Label } from '../../diagnostic/diagnostic.ts';
import type { RulesetItems } from '../../language/load/load-ruleset.ts';

type Rules = RulesetItems['rules'];

/** One finding for each name, tag or source that nothing has; else one for an output that no enabled rule fits. */
export function findUnfitFilters(
  outputs: readonly OutputConfig[],
  rules: Rules,
  sources: readonly string[],
): Diagnostic[] {
  if (rules.length === 0) return [];
  return outputs.flatMap((output) => {
    const unknown = unknownNames(output, rules, sources);
    if (unknown.length > 0) return unknown;
    const active = rules.filter(({ isActive }) => isActive);
    // Few rules are urgent: an output for those alone is meant to be quiet.
    const filter = { ...output.filter, minimumPriority: 'Debug' } as const;
    const gets = active.some((rule) => takesRule({ filter }, rule));
    return gets || active.length === 0 ? [] : [getsNothing(output, active.length)];
  });
}

function unknownNames(
  { name, filter, places }: OutputConfig,
  rules: Rules,
  sources: readonly string[],
): Diagnostic[] {
  const names = rules.map((rule) => rule.name);
  const tags = [...new Set(rules.flatMap((rule) => rule.tags))].sort();
  const allSources = [...new Set([...sources, ...rules.map(({ source }) => source)])].sort();
  const isRule = (pattern: string): boolean => names.some((one) => matchesWildcard(one, pattern));
  const report = (what: string, known: readonly string[], command: string) => {
    return (written: string, primary: Label | undefined): Diagnostic => {
      const near = didYouMean(written, known) ?? known.find((one) => one.includes(written));
      return createDiagnostic('CONFIG_FILTER_UNUSED', {
        message: `output \`${name}\`: ${what} \`${written}\``,
        hint: near === undefined ? command : `did you mean \`${near}\`?`,
        primary,
      });
    };
  };
  const wrong = (
    written: readonly string[] | undefined,
    labels: readonly (Label | undefined)[],
    isKnown: (name: string) => boolean,
    toFinding: ReturnType<typeof report>,
  ): Diagnostic[] =>
    (written ?? []).flatMap((one, index) => (isKnown(one) ? [] : [toFinding(one, labels[index])]));
  const listed = (known: readonly string[]): string =>
    known.length === 0 ? 'there are none' : `known: ${known.join(', ')}`;
  return [
    ...wrong(
      filter.rules,
      places.rules,
      isRule,
      report('no rule has the name', names, '`tiercel list rules` shows the names'),
    ),
    ...wrong(
      filter.tags,
      places.tags,
      (tag) => tags.includes(tag),
      report('no rule has the tag', tags, listed(tags)),
    ),
    ...wrong(
      filter.sources,
      places.sources,
      (source) => allSources.includes(source),
      report('no event has the source', allSources, listed(allSources)),
    ),
  ];
}

function getsNothing({ name, places }: OutputConfig, count: number): Diagnostic {
  const rules =
    count === 1 ? 'the one enabled rule does not fit' : `none of the ${count} enabled rules fits`;
  return createDiagnostic('CONFIG_FILTER_UNUSED', {
    message: `output \`${name}\` gets no alert: ${rules} its rules, tags and sources`,
    hint: 'an alert has to fit all of them',
    primary: places.output,
  });
}
