import { positionAt, type TextDocument } from '../../diagnostic/text-document.ts';
import type { LoadFinding } from '../rules/load-finding.ts';

const COMMENT = /#\s*tiercel:\s*ignore\s+([A-Z_]+(?:[\s,]+[A-Z_]+)*)/g;

/** `# tiercel: ignore CODE` in rules files: above a line, behind it, or above its item. */
export class IgnoredLints {
  readonly #documents: ReadonlyMap<string, TextDocument>;
  /** By document: codes by line. */
  readonly #lines = new Map<string, ReadonlyMap<number, readonly string[]>>();

  constructor(documents: ReadonlyMap<string, TextDocument>) {
    this.#documents = documents;
  }

  has({ code, at }: LoadFinding): boolean {
    const document = this.#documents.get(at.documentName);
    if (document === undefined) return false;
    const lines = this.#linesOf(document);
    if (lines.size === 0) return false;
    const { line } = positionAt(document, at.span.start);
    // A part of a macro is found in a rule that uses it: the item is the one that the text is in.
    const itemStart = document.text.lastIndexOf('\n- ', at.span.start) + 1;
    const item = positionAt(document, itemStart).line;
    return [line, line - 1, item - 1].some((one) => lines.get(one)?.includes(code) === true);
  }

  #linesOf(document: TextDocument): ReadonlyMap<number, readonly string[]> {
    const known = this.#lines.get(document.name);
    if (known !== undefined) return known;
    const lines = new Map<number, readonly string[]>();
    for (const { index, 1: codes = '' } of document.text.matchAll(COMMENT))
      lines.set(positionAt(document, index).line, codes.split(/[\s,]+/));
    this.#lines.set(document.name, lines);
    return lines;
  }
}
