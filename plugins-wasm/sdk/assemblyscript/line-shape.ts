// What a source of text says of the lines that a reader finds.

import { LineFormat, LineSlots } from './line-format';
import { findNewline } from './reader/lines';
import { FileVerdict, NO_TIME, RecordShape, Verdict } from './record-shape';
import { TimeForm, parseTimeAs } from './times';

/** Lines of one format; one that is not of it is reported as lost. */
export class LineShape extends RecordShape {
  private readonly parts: LineSlots;

  /** `timePart`: number of the part that says when it was; -1: none does. */
  constructor(format: LineFormat, private readonly timePart: i32, private readonly form: TimeForm) {
    super();
    const wanted = new Array<bool>(format.names.length).fill(false);
    if (timePart >= 0) wanted[timePart] = true;
    this.parts = new LineSlots(format.narrowedTo(wanted));
  }

  /** Whether lines may belong to the record before them: `continues` is asked then. */
  get spansLines(): bool {
    return false;
  }

  /** Whether a line continues the record before it. */
  continues(_start: usize, _end: usize): bool {
    return false;
  }

  judge(start: usize, end: usize): Verdict {
    const parts = this.parts;
    if (!parts.split(start, end)) {
      this.reason = 'not of the format at character ' + (parts.format.failedAt - start + 1).toString();
      return Verdict.Lost;
    }
    this.eventStart = start;
    this.eventEnd = end;
    const part = this.timePart;
    this.time = NO_TIME;
    if (part >= 0) this.time = parseTimeAs(this.form, parts.start(part), parts.end(part) - parts.start(part));
    return Verdict.Event;
  }

  judgeFile(path: string): FileVerdict {
    const name = path.endsWith('.gz') ? path.substring(0, path.length - 3) : path;
    return name.endsWith('.log') || name.includes('.log.') ? FileVerdict.Read : FileVerdict.LookInside;
  }

  get fileNames(): string {
    return '*.log, *.log.1, *.log.2.gz';
  }

  get beginning(): string {
    return 'a line of the format';
  }

  /** The first line, as far as it is there. */
  beginsLikeRecords(start: usize, end: usize): bool {
    const line = recordEnd(start, findNewline(start, end));
    return line > start && this.parts.split(start, line);
  }
}

/** Without the carriage return of a line that ends with both. */
export function recordEnd(start: usize, end: usize): usize {
  return end > start && load<u8>(end - 1) == 0x0d ? end - 1 : end;
}
