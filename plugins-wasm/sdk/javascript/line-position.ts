// Where a source of lines stands, as the bytes that `checkpoint` gives and `resume` takes.

const VERSION = '1';
const FORM = /^1\n(\d{1,19})\n(\d{1,19})\n([01])([01])\n/;
const PATH_SIZE_MAX = 32 << 10;

export interface LinePosition {
  /** In the decoded bytes of the file. */
  readonly offset: bigint;
  /** Number of the line at the offset, from 1. */
  readonly line: bigint;
  /** Inside the file, or behind it. */
  readonly isOpen: boolean;
  /** Up to the next line end nothing is an event. */
  readonly isDropping: boolean;
  readonly path: string;
}

export function positionBytes({
  offset,
  line,
  isOpen,
  isDropping,
  path,
}: LinePosition): Uint8Array {
  const flags = `${isOpen ? 1 : 0}${isDropping ? 1 : 0}`;
  return new TextEncoder().encode(`${VERSION}\n${offset}\n${line}\n${flags}\n${path}`);
}

/** `undefined` for bytes that another version wrote. */
export function readPosition(bytes: Uint8Array): LinePosition | undefined {
  const text = new TextDecoder().decode(bytes);
  const [head, offset = '', line = '', isOpen, isDropping] = FORM.exec(text) ?? [];
  if (head === undefined || bytes.length > PATH_SIZE_MAX) return undefined;
  return {
    offset: BigInt.asUintN(64, BigInt(offset)),
    line: BigInt.asUintN(64, BigInt(line)),
    isOpen: isOpen === '1',
    isDropping: isDropping === '1',
    path: text.slice(head.length),
  };
}
