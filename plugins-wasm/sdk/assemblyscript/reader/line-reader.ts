// Events out of files of lines: a line is an event, or several are, if the shape joins a line to the one
// before. Empty lines are not events.

import { findNewline } from './lines';
import { LineShape, recordEnd } from '../line-shape';
import { RecordReader, Step } from './record-reader';
import { Verdict } from '../record-shape';

export class LineReader extends RecordReader {
  private readonly spansLines: bool;

  constructor(private readonly lines: LineShape) {
    super(lines);
    this.spansLines = lines.spansLines;
  }

  protected stepInside(): Step {
    const input = this.input;
    const tail = input.tail;
    const start = skipEmpty(input.head, tail);
    input.head = start;
    if (start >= tail) return Step.NeedsData;
    if (this.leaveOutBinary(start, false)) return Step.Done;
    let end = findNewline(start, tail);
    if (end == tail && !input.atEnd) return Step.NeedsData;
    if (this.spansLines) {
      end = this.endOfRecord(end, tail);
      if (end == 0) return Step.NeedsData;
    }
    input.head = min(end + 1, tail);
    const verdict = this.lines.judge(start, recordEnd(start, end));
    this.record++;
    this.settle(verdict, verdict == Verdict.Lost ? input.lineAt(start) : 0);
    return Step.Done;
  }

  /** `firstEnd`: where its first line ends; 0: what follows is not there yet. */
  private endOfRecord(firstEnd: usize, tail: usize): usize {
    const atEnd = this.input.atEnd;
    let end = firstEnd;
    for (;;) {
      const next = end + 1;
      if (next >= tail) return atEnd ? end : 0;
      const nextEnd = findNewline(next, tail);
      if (nextEnd == tail && !atEnd) return 0;
      if (!this.lines.continues(next, recordEnd(next, nextEnd))) return end;
      end = nextEnd;
    }
    return end;
  }
}

/** Line ends, and the mark at the start of a file that some programs write. */
function skipEmpty(start: usize, tail: usize): usize {
  let at = start;
  while (at < tail && (load<u8>(at) == 0x0a || load<u8>(at) == 0x0d)) at++;
  if (at + 2 < tail && load<u8>(at) == 0xef && load<u8>(at, 1) == 0xbb && load<u8>(at, 2) == 0xbf) at += 3;
  return at;
}
