import type { Span } from '../span.ts';

/** Lines, commas and keys of a text: each may be a node, and two kilobytes. */
const PARTS_MAX = 350_000;
const PART = /[\n,]|: /g;

export interface YamlExcess {
  readonly message: string;
  readonly span: Span;
}

/** Where a text has more parts than can be read, found without parsing it; `undefined`: it has not. */
export function findExcess(text: string): YamlExcess | undefined {
  if (text.length < PARTS_MAX) return undefined;
  let parts = 0;
  PART.lastIndex = 0;
  while (PART.test(text)) {
    parts += 1;
    if (parts <= PARTS_MAX) continue;
    const message = `the text has more than ${PARTS_MAX} lines, keys and items: split it`;
    return { message, span: { start: PART.lastIndex - 1, end: PART.lastIndex } };
  }
  return undefined;
}
