/*
 * Texts of rules files, and texts put together of several of them: a condition that other files append to, lists put
 * in for their names, exceptions as conditions. Each character knows its place in a file, so that a finding in the
 * text is shown where it was written.
 */

import type { Span } from '../../diagnostic/span.ts';

/** A place in a rules file. */
export interface FilePlace {
  readonly documentName: string;
  readonly span: Span;
}

/** A part of a text, up to the next one, that comes from one place. */
export interface TextPiece {
  /** Index of its first character in the text. */
  readonly start: number;
  readonly documentName: string;
  /** Offset in the document. */
  readonly offset: number;
  /** `undefined`: its characters follow each other there too; else all stand for so many there. */
  readonly width: number | undefined;
}

export interface PlacedText {
  readonly text: string;
  /** In the order of the text, from its first character on; none: the text is not from a file. */
  readonly pieces: readonly TextPiece[];
}

export function plainText(text: string): PlacedText {
  return { text, pieces: [] };
}

export function slicePlaced(text: PlacedText, from: number, to: number): PlacedText {
  const builder = new TextBuilder();
  builder.append(text, from, to);
  return builder.toText();
}

/** Falco joins appended text by one blank and adds no parentheses. */
export function joinTexts(first: PlacedText, second: PlacedText): PlacedText {
  if (first.text === '') return second;
  const builder = new TextBuilder();
  builder.append(first);
  builder.extend(' ');
  builder.append(second);
  return builder.toText();
}

/** The place of a part of a text; `undefined` if the text is not from a file. */
export function placeInFile(text: PlacedText, span: Span): FilePlace | undefined {
  const index = Math.min(span.start, text.text.length - 1);
  const first = pieceAt(text, index);
  if (first === undefined) return undefined;
  const { documentName } = first;
  const start = offsetIn(first, index);
  const lastIndex = Math.max(index, Math.min(span.end, text.text.length) - 1);
  const last = pieceAt(text, lastIndex) ?? first;
  const end = offsetIn(last, lastIndex) + (last.width ?? 1);
  const isWhole = last.documentName === documentName && end > start;
  // A part that another file continues is shown by its beginning.
  return { documentName, span: { start, end: isWhole ? end : start + (first.width ?? 1) } };
}

function offsetIn({ start, offset, width }: TextPiece, index: number): number {
  return width === undefined ? offset + index - start : offset;
}

function pieceAt({ pieces }: PlacedText, index: number): TextPiece | undefined {
  return pieces[pieceIndexAt(pieces, index)];
}

function pieceIndexAt(pieces: readonly TextPiece[], index: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.start ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Writes a text from left to right, out of parts of other texts. */
export class TextBuilder {
  readonly #parts: string[] = [];
  readonly #pieces: TextPiece[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get lastCharacter(): string | undefined {
    return this.#parts.at(-1)?.at(-1);
  }

  append(of: PlacedText, from = 0, to = of.text.length): void {
    if (to <= from) return;
    for (let at = pieceIndexAt(of.pieces, from); at < of.pieces.length; at++) {
      const piece = of.pieces[at];
      if (piece === undefined || piece.start >= to) break;
      const begin = Math.max(piece.start, from);
      this.#addPiece({
        ...piece,
        start: this.#size + begin - from,
        offset: offsetIn(piece, begin),
      });
    }
    this.#add(of.text.slice(from, to));
  }

  /** Text that stands for what is written at a place. */
  insert(text: string, place: FilePlace | undefined): void {
    if (text !== '' && place !== undefined) {
      const { documentName, span } = place;
      const width = Math.max(1, span.end - span.start);
      this.#addPiece({ start: this.#size, documentName, offset: span.start, width });
    }
    this.#add(text);
  }

  /** Text that belongs to the part before it. */
  extend(text: string): void {
    this.#add(text);
  }

  dropLast(): void {
    const part = this.#parts.pop() ?? '';
    if (part === '') return;
    if (part.length > 1) this.#parts.push(part.slice(0, -1));
    this.#size -= 1;
    if (this.#pieces.at(-1)?.start === this.#size) this.#pieces.pop();
  }

  toText(): PlacedText {
    return { text: this.#parts.join(''), pieces: this.#pieces };
  }

  #add(text: string): void {
    if (text === '') return;
    this.#parts.push(text);
    this.#size += text.length;
  }

  #addPiece(piece: TextPiece): void {
    const last = this.#pieces.at(-1);
    const continues =
      last !== undefined &&
      last.width === undefined &&
      piece.width === undefined &&
      last.documentName === piece.documentName &&
      offsetIn(last, piece.start) === piece.offset;
    if (!continues) this.#pieces.push(piece);
  }
}
