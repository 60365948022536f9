/** A named text that diagnostics point into: a rules file, a configuration, a manifest. */
export interface TextDocument {
  readonly name: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** Position for people: both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export function createTextDocument(name: string, text: string): TextDocument {
  const lineStarts = [0];
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) {
    lineStarts.push(index + 1);
  }
  return Object.freeze({ name, text, lineStarts: Object.freeze(lineStarts) });
}

export function positionAt(document: TextDocument, offset: number): TextPosition {
  let low = 0;
  let high = document.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((document.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, character: offset - (document.lineStarts[low] ?? 0) + 1 };
}
