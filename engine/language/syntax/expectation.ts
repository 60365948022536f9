/* Problems of a text at the place where a scanner stands. */

import type { Scanner } from './scanner.ts';
import { SyntaxProblem } from './syntax-problem.ts';

/** What follows is not what has to follow: `expected` as the end of a sentence, `a list such as (a, b)`. */
export function unexpected(scanner: Scanner, message: string, expected: string): SyntaxProblem {
  const { position: offset } = scanner;
  const { text, span } = scanner.peekToken();
  const error = { message, offset, span, hint: undefined };
  if (text === '')
    return new SyntaxProblem({ ...error, detail: `expected ${expected}, and the text ends` });
  if (scanner.isUnclosedQuote(span.start))
    return new SyntaxProblem({
      ...error,
      detail: `the quote ${text} is never closed`,
      hint: 'end the text with the same quote',
    });
  return new SyntaxProblem({ ...error, detail: `expected ${expected}, found \`${text}\`` });
}

/** A bracket that is open to the end of the text. */
export function unclosed(
  scanner: Scanner,
  message: string,
  { open, at }: { readonly open: string; readonly at: number },
): SyntaxProblem {
  const detail = `the \`${open}\` is never closed`;
  const span = { start: at, end: at + open.length };
  return new SyntaxProblem({ message, offset: scanner.position, detail, span, hint: undefined });
}
