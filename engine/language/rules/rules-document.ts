/*
 * A rules file as YAML documents: every scalar text, unknown tags tolerated, equal keys allowed, and for
 * every character of a scalar its place in the file.
 */

import {
  type Alias,
  type Document,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { findExcess, type YamlExcess } from '../../diagnostic/schema/yaml-excess.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { PlacedText } from './rule-item.ts';

export interface RulesDocument {
  readonly document: TextDocument;
  readonly contents: readonly (Node | null)[];
  readonly error: { readonly message: string; readonly span: Span } | undefined;
  readonly placeScalar: (node: Node) => PlacedText;
  readonly isNull: (node: Node | undefined) => boolean;
  readonly resolveAlias: (alias: Alias) => Node | undefined;
}

export function readRulesDocument(document: TextDocument): RulesDocument {
  const excess = findExcess(document.text);
  if (excess !== undefined) return tooLarge(document, excess);
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(document.text, {
    schema: 'failsafe',
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const errors = documents.flatMap((one) => one.errors);
  const first = errors[0];
  const owner = new Map<Node, Document>();
  for (const one of documents) if (one.contents !== null) owner.set(one.contents as Node, one);
  return {
    document,
    contents: documents.map((one) => one.contents as Node | null),
    error: first && {
      message: first.message,
      span: { start: first.pos[0], end: Math.max(first.pos[1], first.pos[0] + 1) },
    },
    placeScalar: (node) => placeScalar(node as Scalar, document),
    isNull: (node) => isPlainNull(node),
    resolveAlias: (alias) => {
      for (const one of documents) {
        const target = alias.resolve(one);
        if (target !== undefined) return target as Node;
      }
      return undefined;
    },
  };
}

function tooLarge(document: TextDocument, excess: YamlExcess): RulesDocument {
  return {
    document,
    contents: [],
    error: excess,
    placeScalar: (node) => placeScalar(node as Scalar, document),
    isNull: isPlainNull,
    resolveAlias: () => undefined,
  };
}

/** An unquoted scalar that YAML reads as null. */
function isPlainNull(node: Node | undefined): boolean {
  if (!isScalar(node) || node.type !== 'PLAIN') return false;
  return ['', '~', 'null', 'Null', 'NULL'].includes(String(node.value ?? ''));
}

/** Each character of the value is found again in the source, left to right; folding only changes blanks. */
function placeScalar(node: Scalar, document: TextDocument): PlacedText {
  const text = node.value === null || node.value === undefined ? '' : String(node.value);
  const [start, end] = node.range ?? [0, 0];
  const source = document.text;
  const origins: number[] = new Array(text.length);
  let at = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? start + 1 : start;
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') {
    const lineEnd = source.indexOf('\n', start);
    at = lineEnd === -1 ? start : lineEnd;
  }
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (!/\s/.test(character)) {
      let probe = at;
      while (probe < end && source[probe] !== character) probe += 1;
      if (probe < end) at = probe;
      origins[index] = Math.min(at, end);
      if (probe < end) at += 1;
    } else {
      origins[index] = Math.min(at, end);
      if (source[at] === character) at += 1;
    }
  }
  return { text, origins, documentName: document.name };
}
