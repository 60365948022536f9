/*
 * fnmatch(3) of the C locale without flags, on bytes: `*` and `?` take any byte, `/` and a leading dot
 * too; `[a-z]`, `[!a]`, `[[:alpha:]]`; a backslash takes the next byte as it is. One star is remembered at
 * a time, so the cost is at most pattern × text.
 */

import type { ByteString } from '../../base/text.ts';
import { toLowerAscii } from './text-transform.ts';

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[\t-\r ]/,
  blank: /[\t ]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[ -~]/,
  graph: /[!-~]/,
  cntrl: /[\0-\x1f\x7f]/,
  xdigit: /[0-9A-Fa-f]/,
};

type Element =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'byte'; readonly byte: string; readonly fold: Fold }
  | { readonly kind: 'set'; readonly accepts: (byte: string) => boolean };

export function compileGlob(pattern: ByteString): (text: ByteString) => boolean {
  const elements = parseGlob(pattern, asItIs);
  return (text) => matches(elements, text);
}

/** With `FNM_CASEFOLD`: letters in any case, but for named classes, which see the byte as it is. */
export function compileGlobInAnyCase(pattern: ByteString): (text: ByteString) => boolean {
  const elements = parseGlob(pattern, toLowerAscii);
  return (text) => matches(elements, text);
}

type Fold = (text: string) => string;
const asItIs: Fold = (text) => text;

function matches(elements: readonly Element[], text: string): boolean {
  let at = 0;
  let element = 0;
  let starElement = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = elements[element];
    if (current?.kind === 'star') {
      starElement = element;
      starAt = at;
      element += 1;
    } else if (current !== undefined && accepts(current, text[at] ?? '')) {
      at += 1;
      element += 1;
    } else if (starElement !== -1) {
      starAt += 1;
      at = starAt;
      element = starElement + 1;
    } else return false;
  }
  while (elements[element]?.kind === 'star') element += 1;
  return element === elements.length;
}

function accepts(element: Element, byte: string): boolean {
  if (element.kind === 'any') return true;
  if (element.kind === 'byte') return element.byte === element.fold(byte);
  return element.kind === 'set' && element.accepts(byte);
}

function parseGlob(pattern: string, fold: Fold): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at] ?? '';
    if (byte === '*') {
      if (elements.at(-1)?.kind !== 'star') elements.push({ kind: 'star' });
    } else if (byte === '?') elements.push({ kind: 'any' });
    else if (byte === '\\') {
      at += 1;
      // A backslash at the end matches nothing (glibc).
      const escaped = pattern[at];
      elements.push(
        escaped === undefined
          ? { kind: 'set', accepts: () => false }
          : { kind: 'byte', byte: fold(escaped), fold },
      );
    } else if (byte === '[') {
      const set = parseSet(pattern, at, fold);
      if (set === undefined) elements.push({ kind: 'byte', byte: '[', fold });
      else {
        elements.push({ kind: 'set', accepts: set.accepts });
        at = set.end;
      }
    } else elements.push({ kind: 'byte', byte: fold(byte), fold });
  }
  return elements;
}

/** `undefined` when the bracket is never closed: it then stands for itself. */
function parseSet(
  pattern: string,
  start: number,
  fold: Fold,
): { accepts: (byte: string) => boolean; end: number } | undefined {
  let at = start + 1;
  const isNegated = pattern[at] === '!' || pattern[at] === '^';
  if (isNegated) at += 1;
  const tests: ((byte: string) => boolean)[] = [];
  for (let isFirst = true; ; isFirst = false) {
    let low = pattern[at];
    if (low === undefined) return undefined;
    if (low === ']' && !isFirst) break;
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12));
    if (low === '[' && named !== null) {
      const expression = CLASSES[named[1] ?? ''];
      tests.push((byte) => expression?.test(byte) ?? false);
      at += named[0].length;
      continue;
    }
    if (low === '\\') {
      at += 1;
      low = pattern[at];
      if (low === undefined) return undefined;
    }
    at += 1;
    let high = low;
    if (pattern[at] === '-' && pattern[at + 1] !== undefined && pattern[at + 1] !== ']') {
      at += 1;
      if (pattern[at] === '\\') at += 1;
      high = pattern[at] ?? low;
      at += 1;
    }
    const from = fold(low);
    const to = fold(high);
    tests.push((byte) => fold(byte) >= from && fold(byte) <= to);
  }
  const accepts = (byte: string): boolean => tests.some((test) => test(byte)) !== isNegated;
  return { accepts, end: at };
}
