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
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { PlacedText, TextPiece } from './placed-text.ts';
import { explainYaml, type YamlFault } from './yaml-fault.ts';

export interface RulesDocument {
  readonly document: TextDocument;
  readonly contents: readonly (Node | null)[];
  readonly error: YamlFault | undefined;
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
    error: first && explainYaml(first, document.text),
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
    error: { ...excess, detail: undefined, hint: undefined },
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
function placeScalar(node: Scalar, { name: documentName, text: source }: TextDocument): PlacedText {
  const text = node.value === null || node.value === undefined ? '' : String(node.value);
  const [start, end] = node.range ?? [0, 0];
  if (text === '') return { text, pieces: [] };
  const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  let at = isQuoted ? start + 1 : start;
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') {
    const lineEnd = source.indexOf('\n', start);
    at = lineEnd === -1 ? start : lineEnd;
  }
  // Most are on one line, as they are.
  if (source.startsWith(text, at))
    return { text, pieces: [{ start: 0, documentName, offset: at, width: undefined }] };
  const pieces: TextPiece[] = [];
  let expected = -1;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (!isBlank(character)) {
      let probe = at;
      while (probe < end && source[probe] !== character) probe += 1;
      if (probe < end) at = probe;
    }
    const offset = Math.min(at, end);
    if (offset !== expected) pieces.push({ start: index, documentName, offset, width: undefined });
    if (at < end && source[at] === character) at += 1;
    expected = offset + 1;
  }
  return { text, pieces };
}

function isBlank(character: string): boolean {
  return /\s/.test(character);
}
