/* Makes a rules document of a condition on the command line; findings in it point back into what was typed. */

import type { Diagnostic, Label } from '../../diagnostic/diagnostic.ts';
import { createTextDocument, type TextDocument } from '../../diagnostic/text-document.ts';

export const SEARCH_RULE = 'search of the command line';

export interface SearchQuery {
  readonly condition: string;
  /** Names of fields to print, with their arguments. */
  readonly fields: readonly string[];
}

export interface SearchRule {
  readonly document: TextDocument;
  /** Findings in `document` point into the condition, or into the fields, as they were typed. */
  withTypedPlaces(diagnostics: readonly Diagnostic[]): Diagnostic[];
}

/** A text of the command line, and where it begins in the rules document. */
interface Typed {
  readonly document: TextDocument;
  readonly offset: number;
}

/** The user wrote a condition, not a rule. */
const OWN_NAME = `rule \`${SEARCH_RULE}\`: `;
/** Without fields an event is printed as its plugin describes it in one line. */
const DESCRIPTION = 'evt.plugininfo';

export function createSearchRule(query: SearchQuery, source: string): SearchRule {
  // The text stands in a block of YAML, where line ends would need an indentation; in conditions they are blanks.
  const condition = query.condition.replaceAll(/[\r\n\t]+/g, ' ').trim();
  const names = query.fields.length === 0 ? [DESCRIPTION] : query.fields;
  const output = names.map((name) => `%${name.replaceAll(/[\r\n\t]+/g, ' ')}`).join(' ');
  const before = `- rule: ${SEARCH_RULE}\n  desc: search\n  condition: |-\n    `;
  const between = '\n  output: |-\n    ';
  const after = `\n  priority: INFORMATIONAL\n  source: ${JSON.stringify(source)}\n`;
  const typed: readonly Typed[] = [
    { document: createTextDocument('condition', condition), offset: before.length },
    {
      document: createTextDocument('fields', output),
      offset: before.length + condition.length + between.length,
    },
  ];
  const text = before + condition + between + output + after;
  const document = createTextDocument(SEARCH_RULE, text);
  return {
    document,
    withTypedPlaces: (diagnostics) =>
      diagnostics.map((diagnostic) => ({
        ...diagnostic,
        message: diagnostic.message.replace(OWN_NAME, ''),
        primary: diagnostic.primary && typedLabel(diagnostic.primary, document, typed),
        context: diagnostic.context.map((label) => typedLabel(label, document, typed)),
      })),
  };
}

function typedLabel(label: Label, from: TextDocument, typed: readonly Typed[]): Label {
  if (label.document.name !== from.name) return label;
  const { start, end } = label.span;
  for (const { document, offset } of typed) {
    const isInside = start >= offset && end <= offset + document.text.length;
    if (isInside) return { ...label, document, span: { start: start - offset, end: end - offset } };
  }
  return label;
}

/** `a, b[x,y]` → `a` and `b[x,y]`: a comma in an argument or in parentheses does not separate. */
export function splitFields(text: string): string[] {
  const fields: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '[' || character === '(') depth += 1;
    else if (character === ']' || character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      fields.push(text.slice(start, index));
      start = index + 1;
    }
  }
  fields.push(text.slice(start));
  return fields.map((field) => field.trim()).filter((field) => field !== '');
}
