/* What YAML's parser finds, in words about what was written, with what to write. */

import type { YAMLParseError } from 'yaml';
import type { Span } from '../../diagnostic/span.ts';

export interface YamlFault {
  /** The parser's. */
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly span: Span;
}

const QUOTES = 'put the text in quotes';

export function explainYaml({ code, message, pos }: YAMLParseError, text: string): YamlFault {
  const [start, end] = pos;
  const span = { start, end: Math.max(end, start + 1) };
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', start);
  const line = text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  const found = { message, span };
  if (/^[ ]*\t/.test(line))
    return {
      ...found,
      detail: 'a tab in the indentation',
      hint: 'indent with blanks: YAML does not take tabs',
    };
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        ...found,
        detail: 'a text that is not in quotes has a `: ` in it',
        hint: `${QUOTES}, or write it below \`>-\``,
      };
    case 'MISSING_CHAR':
      return { ...found, ...explainMissing(message, line) };
    case 'BAD_ALIAS':
      return {
        ...found,
        detail: 'a text that begins with `*` or `&` means an alias in YAML',
        hint: QUOTES,
      };
    case 'BAD_SCALAR_START':
      return {
        ...found,
        detail: `a text cannot begin with \`${text[start] ?? ''}\` without quotes`,
        hint: QUOTES,
      };
    case 'BAD_INDENT':
      if (/end with a [\]}]/.test(message))
        return { ...found, detail: 'a `[` or `{` is never closed', hint: undefined };
      return {
        ...found,
        detail: 'the indentation does not fit the lines before',
        hint: 'indent all keys of an item alike',
      };
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        ...found,
        detail: 'expected `key: value`, with a blank after the colon',
        hint: undefined,
      };
    default:
      return { ...found, detail: undefined, hint: undefined };
  }
}

function explainMissing(
  message: string,
  line: string,
): { readonly detail: string | undefined; readonly hint: string | undefined } {
  if (/quote/.test(message)) return { detail: 'a quote is never closed', hint: undefined };
  if (!/flow/.test(message)) return { detail: undefined, hint: undefined };
  const hasArgument = /[A-Za-z0-9_]\[/.test(line);
  return {
    detail: /sequence/.test(message)
      ? 'expected `,` or `]` in the list'
      : 'expected `,` or `}` in the mapping',
    hint: hasArgument
      ? 'put a field with brackets in quotes, as in `["json.value[/user/name]"]`'
      : 'put texts with commas, brackets or colons in quotes',
  };
}
