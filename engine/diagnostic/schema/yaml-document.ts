/*
 * A YAML or JSON text as plain values, with the place of every value and key: what schema
 * violations and later checks point at.
 */

import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Span } from '../span.ts';
import type { TextDocument } from '../text-document.ts';
import { findExcess } from './yaml-excess.ts';

export type Path = readonly (string | number)[];

export interface YamlDocument {
  readonly document: TextDocument;
  readonly value: unknown;
  /** Syntax errors, with their place. */
  readonly errors: readonly { readonly message: string; readonly span: Span }[];
  /** Place of the value at a path, or of the nearest value around it. */
  readonly spanOf: (path: Path) => Span;
  /** Place of the key at the end of a path. */
  readonly keySpanOf: (path: Path) => Span;
}

/** References may unfold to so many values: more is an attack, not a configuration. */
const ALIASES_MAX = 100;

export function readYamlDocument(document: TextDocument): YamlDocument {
  const value = canonicalJson(document.text);
  if (value === undefined) return parseYaml(document);
  // Places are asked for only when something is wrong.
  let parsed: YamlDocument | undefined;
  const yaml = (): YamlDocument => {
    parsed ??= parseYaml(document);
    return parsed;
  };
  return {
    document,
    value,
    errors: [],
    spanOf: (path) => yaml().spanOf(path),
    keySpanOf: (path) => yaml().keySpanOf(path),
  };
}

/**
 * The value of JSON as `JSON.stringify` writes it, as in the manifests of bundled plugins: a tenth of the
 * time of YAML. Other JSON may have equal keys, which only the YAML parser sees.
 */
function canonicalJson(text: string): object | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as object;
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseYaml(document: TextDocument): YamlDocument {
  const excess = findExcess(document.text);
  if (excess !== undefined) {
    const spanOf = (): Span => excess.span;
    return { document, value: undefined, errors: [excess], spanOf, keySpanOf: spanOf };
  }
  const lineCounter = new LineCounter();
  const parsed = parseDocument(document.text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const errors = parsed.errors.map(({ message, pos }) => ({
    message,
    span: { start: pos[0], end: Math.max(pos[1], pos[0] + 1) },
  }));
  const value = errors.length > 0 ? undefined : toPlainValue(parsed, errors);
  return {
    document,
    value,
    errors,
    spanOf: (path) => spanOfNode(nodeAt(parsed, path)),
    keySpanOf: (path) => keySpan(parsed, path),
  };
}

function toPlainValue(parsed: Document, errors: { message: string; span: Span }[]): unknown {
  try {
    return parsed.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    errors.push({ message, span: { start: 0, end: 1 } });
    return undefined;
  }
}

function nodeAt(parsed: Document, path: Path): Node | undefined {
  let node: unknown = parsed.contents;
  let last: Node | undefined = parsed.contents ?? undefined;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      next = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      )?.value;
    } else if (isSeq(node)) next = node.items[Number(step)];
    if (next === undefined || next === null) break;
    node = next;
    last = next as Node;
  }
  return last;
}

function keySpan(parsed: Document, path: Path): Span {
  const parent = nodeAt(parsed, path.slice(0, -1));
  const name = String(path.at(-1));
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    if (isScalar(pair?.key)) return spanOfNode(pair.key);
  }
  return spanOfNode(parent);
}

function spanOfNode(node: Node | undefined): Span {
  const range = node?.range;
  if (range === undefined || range === null) return { start: 0, end: 0 };
  return { start: range[0], end: Math.max(range[1], range[0]) };
}
