/*
 * Where a text stops being JSON (RFC 8259), in one linear walk: what the platform's parser says of it depends on its
 * version.
 */

export interface JsonFaultPlace {
  readonly offset: number;
  /** What could stand there. */
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const VALUE = 'a value';

/** `undefined`: it is JSON, or nested deeper than `depthMax`. */
export function findJsonFault(text: string, depthMax: number): JsonFaultPlace | undefined {
  /** What was opened and not closed. */
  const open: ('{' | '[')[] = [];
  let at = skip(text, 0, SPACE) ?? 0;
  let expected = VALUE;
  const fault = (): JsonFaultPlace => ({ offset: at, expected });
  for (;;) {
    // At a value, or at what may end a container that has just been opened.
    const first = text[at];
    const isEmpty = expected.startsWith('a key or') || expected.startsWith('a value or');
    if (isEmpty && first === (open.at(-1) === '{' ? '}' : ']')) {
      at = skip(text, at + 1, SPACE) ?? at;
      open.pop();
    } else if (open.at(-1) === '{' && expected !== VALUE) {
      const behind = skip(text, at, STRING);
      if (behind === undefined) return fault();
      at = skip(text, behind, SPACE) ?? behind;
      expected = '`:`';
      if (text[at] !== ':') return fault();
      at = skip(text, at + 1, SPACE) ?? at;
      expected = VALUE;
      continue;
    } else if (first === '{' || first === '[') {
      if (open.length >= depthMax) return undefined;
      open.push(first);
      at = skip(text, at + 1, SPACE) ?? at;
      expected = first === '{' ? 'a key or `}`' : 'a value or `]`';
      continue;
    } else {
      const behind = skip(text, at, first === '"' ? STRING : SCALAR);
      if (behind === undefined) return fault();
      at = skip(text, behind, SPACE) ?? behind;
    }
    // Behind a value.
    for (;;) {
      const container = open.at(-1);
      if (container === undefined) {
        expected = 'the end';
        return at === text.length ? undefined : fault();
      }
      const closing = container === '{' ? '}' : ']';
      expected = `\`,\` or \`${closing}\``;
      if (text[at] === closing) {
        open.pop();
        at = skip(text, at + 1, SPACE) ?? at;
        continue;
      }
      if (text[at] !== ',') return fault();
      at = skip(text, at + 1, SPACE) ?? at;
      expected = container === '{' ? 'a key' : VALUE;
      break;
    }
  }
}

/** The offset after the match; `undefined` if it does not match there. */
function skip(text: string, at: number, what: RegExp): number | undefined {
  what.lastIndex = at;
  return what.test(text) ? what.lastIndex : undefined;
}
