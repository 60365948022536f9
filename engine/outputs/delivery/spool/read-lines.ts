import type { FileHandle } from 'node:fs/promises';

const READ_SIZE = 256 << 10;
/** A line is damaged when it is longer: no text of JavaScript is. */
const LINE_SIZE_MAX = 512 << 20;
const NEWLINE = 0x0a;

/**
 * Lines of a file from `offset` on, without their ends: at least one, until the file or `end` is reached. What is
 * behind the last line end of a file is a line as well. `size` counts their bytes, with the ends.
 */
export async function readLines(
  file: FileHandle,
  offset: number,
  end: number,
): Promise<{ lines: Buffer[]; size: number }> {
  for (let room = READ_SIZE; ; room *= 2) {
    const wanted = Math.min(room, end - offset);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    const bytes = buffer.subarray(0, bytesRead);
    const isLast = wanted < room || bytesRead < wanted || room > LINE_SIZE_MAX;
    const size = isLast ? bytesRead : bytes.lastIndexOf(NEWLINE) + 1;
    if (size > 0 || isLast) return { lines: splitLines(bytes.subarray(0, size)), size };
  }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
