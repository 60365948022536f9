/* Findings about a ruleset as a whole, which no single item has. */

import { didYouMean } from '../../base/did-you-mean.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { RuleItem } from '../rules/rule-item.ts';

export function emptyFile(document: TextDocument): Diagnostic {
  const message = `${document.name} holds no rule, macro or list`;
  return createDiagnostic('RULE_FILE_EMPTY', { message });
}

/** One finding for all rules of a source, at the first of them. */
export function findUnknownSources(
  rules: readonly RuleItem[],
  documents: ReadonlyMap<string, TextDocument>,
  known: readonly string[],
): Diagnostic[] {
  const bySource = new Map<string, RuleItem[]>();
  for (const rule of rules) {
    if (rule.isKnownSource) continue;
    bySource.set(rule.source, [...(bySource.get(rule.source) ?? []), rule]);
  }
  return [...bySource].flatMap(([source, ofSource]) => {
    const [first] = ofSource;
    if (first === undefined) return [];
    const document = documents.get(first.place.documentName);
    const who =
      ofSource.length === 1 ? `rule \`${first.name}\` is` : `${ofSource.length} rules are`;
    const why = first.hasSource ? '' : ', which is the source of rules that say none';
    const near = didYouMean(source, known) ?? (first.hasSource ? undefined : known[0]);
    const hint =
      near === undefined
        ? `load a plugin that is a source of it; there are ${known.join(', ') || 'none'}`
        : first.hasSource
          ? `did you mean \`${near}\`?`
          : `add \`source: ${near}\``;
    const message = `${who} not used: no loaded plugin is a source of \`${source}\`${why}`;
    const primary = document && { document, span: first.place.span, text: 'here' };
    return [createDiagnostic('RULE_UNKNOWN_SOURCE', { message, hint, primary })];
  });
}
