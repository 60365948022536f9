/* Runs that could do nothing say so before anything is read. */

import { countOf } from '../../base/quantity.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { RulesetLoad } from '../../language/load/load-ruleset.ts';
import type { LoadedPlugin } from './load-plugins.ts';

/** Says which plugin was meant, when one was. */
export function nothingToRead(plugins: readonly LoadedPlugin[]): Diagnostic {
  const named = plugins.filter(({ config }) => config.asked === 'by name');
  const withoutSource = named.find(({ config }) => config.openParams !== undefined);
  const notOpened = named.find(({ file }) => file.manifest.source !== undefined);
  const why =
    withoutSource !== undefined
      ? `: plugin \`${withoutSource.file.manifest.name}\` only has fields, it reads nothing`
      : notOpened !== undefined
        ? `: plugin \`${notOpened.file.manifest.name}\` has no location to read`
        : '';
  return createDiagnostic('PLUGIN_NO_SOURCE', { message: `no source is opened${why}` });
}

/** A run in which nothing can match says so instead of reading for nothing. */
export function findUselessRun(
  plugins: readonly LoadedPlugin[],
  { rules, items, results }: RulesetLoad,
): Diagnostic[] {
  const sources = [...new Set(plugins.flatMap(({ file }) => file.manifest.source?.name ?? []))];
  if (rules.some(({ source }) => sources.includes(source))) return [];
  const wanted = sources.map((source) => `\`${source}\``).join(', ');
  if (results.length === 0) {
    const message = `no rules for ${wanted}: no rules files were found`;
    return [createDiagnostic('RULE_NONE', { message, hint: 'name one with -r' })];
  }
  if (items.rules.length === 0) {
    const message = `no rules for ${wanted}: the rules files are empty`;
    return [createDiagnostic('RULE_NONE', { message, hint: 'name other files with -r' })];
  }
  const ofSources = items.rules.filter(({ source }) => sources.includes(source));
  const others = items.rules.length - ofSources.length;
  const parts = [
    ...(ofSources.length > 0 ? [`${ofSources.length} ${areOf(ofSources.length)} not enabled`] : []),
    ...(others > 0 ? [`${others} ${areOf(others)} of other sources`] : []),
  ];
  const all = countOf(items.rules.length, 'rule');
  const message = `no rule can match events of ${wanted}: of ${all}, ${parts.join(' and ')}`;
  const hint =
    ofSources.length > 0
      ? 'look at `enabled:` in the rules, and at `rules:` and `priority:` of the configuration'
      : `rules for these events say \`source: ${sources[0] ?? ''}\``;
  return [createDiagnostic('RULE_NONE', { message, hint })];
}

function areOf(count: number): string {
  return count === 1 ? 'is' : 'are';
}
