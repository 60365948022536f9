/*
 * JSON that nobody vouches for, such as manifests of plugins: `JSON.parse`, then one linear walk for what it lets
 * through (equal keys, depth). Places are looked for only when a diagnostic needs one. The YAML parser does all of it
 * as well, but not in a time that the text could not choose.
 */

import type { Span } from '../span.ts';
import type { TextDocument } from '../text-document.ts';
import { findJsonFault, type JsonFaultPlace } from './json-fault.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

const DEPTH_MAX = 64;
const KEY_SHOWN_MAX = 60;

export function readJsonDocument(document: TextDocument): YamlDocument {
  const { text } = document;
  const places = {
    document,
    spanOf: (path: Path) => locate(text, path).value,
    keySpanOf: (path: Path) => locate(text, path).key,
  };
  try {
    const value: unknown = JSON.parse(text);
    checkValue(text, skipSpace(text, 0), 0);
    return { ...places, value, errors: [] };
  } catch (error) {
    if (error instanceof JsonFault) {
      return {
        ...places,
        value: undefined,
        errors: [{ message: error.message, span: error.span }],
      };
    }
    const fault = findJsonFault(text, DEPTH_MAX);
    const message = describe(fault, text);
    const span = spanAt(fault?.offset ?? 0);
    return { ...places, value: undefined, errors: [{ message, span }] };
  }
}

function describe(fault: JsonFaultPlace | undefined, text: string): string {
  if (fault === undefined) return `nested deeper than ${DEPTH_MAX} levels`;
  const isCut = fault.offset >= text.length;
  return `not JSON: expected ${fault.expected}${isCut ? ', found the end' : ''}`;
}

class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly span: Span;
  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

const spanAt = (start: number): Span => ({ start, end: start + 1 });

/** Returns the offset after the value at `at`, in valid JSON. Throws `JsonFault`. */
function checkValue(text: string, at: number, depth: number): number {
  if (depth > DEPTH_MAX) throw new JsonFault(`nested deeper than ${DEPTH_MAX} levels`, spanAt(at));
  const open = text[at];
  if (open !== '{' && open !== '[') return skipScalar(text, at);
  const keys = new Set<string>();
  let next = skipSpace(text, at + 1);
  while (text[next] !== '}' && text[next] !== ']') {
    if (open === '{') {
      const end = skipScalar(text, next);
      const key = JSON.parse(text.slice(next, end)) as string;
      if (keys.has(key)) {
        const shown = JSON.stringify(key.slice(0, KEY_SHOWN_MAX));
        throw new JsonFault(`key ${shown} stands twice, keys must be unique`, { start: next, end });
      }
      keys.add(key);
      next = skipSpace(text, skipSpace(text, end) + 1);
    }
    next = skipSpace(text, checkValue(text, next, depth + 1));
    if (text[next] === ',') next = skipSpace(text, next + 1);
  }
  return next + 1;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (' \t\n\r'.includes(text[next] ?? 'x')) next += 1;
  return next;
}

/** A text, number, or word. */
function skipScalar(text: string, at: number): number {
  if (text[at] !== '"') {
    let end = at;
    while (end < text.length && !',]} \t\n\r'.includes(text[end] ?? '')) end += 1;
    return end;
  }
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text[before - 1] === '\\') before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return text.length;
}

interface Place {
  readonly value: Span;
  readonly key: Span;
}

/** The value at the path, or the nearest one around it. */
function locate(text: string, path: Path): Place {
  let at = skipSpace(text, 0);
  let key = spanAt(at);
  for (const step of path) {
    const found = findMember(text, at, String(step));
    if (found === undefined) break;
    at = found.at;
    key = found.key;
  }
  return { value: { start: at, end: checkValue(text, at, 0) }, key };
}

function findMember(
  text: string,
  container: number,
  step: string,
): { readonly at: number; readonly key: Span } | undefined {
  const isObject = text[container] === '{';
  if (!isObject && text[container] !== '[') return undefined;
  let next = skipSpace(text, container + 1);
  for (let index = 0; text[next] !== '}' && text[next] !== ']'; index++) {
    let key = spanAt(next);
    let name = String(index);
    if (isObject) {
      key = { start: next, end: skipScalar(text, next) };
      name = JSON.parse(text.slice(key.start, key.end)) as string;
      next = skipSpace(text, skipSpace(text, key.end) + 1);
    }
    if (name === step) return { at: next, key };
    next = skipSpace(text, checkValue(text, next, 0));
    if (text[next] === ',') next = skipSpace(text, next + 1);
  }
  return undefined;
}
