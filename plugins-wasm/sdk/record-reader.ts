// Events out of JSON files, in order, with bounded memory: JSON lines, `{"Records": [ … ]}` (also pretty-printed,
// with other members, several in a row), arrays, single objects. What cannot be read is reported with its line or
// record number, and what comes after it is still read.
//
// The buffer holds [head, tail): bytes read but not used. Events of the batch being made lie before `head`
// and stay where they are until the next batch.

import { FileList, ROOT } from './file-list';
import { Severity, closeObject, lastError, openObject, readObject, report } from './host';
import { GrowingBuffer } from './growing-buffer';
import {
  CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipBlanks, stringEnd, valueEnd,
} from './json-bytes';
import { INCOMPLETE, INVALID, invalidAt, validateValue } from './json-validate';
import { countNewlines, describeText, exportLinePrefix, findNewline, skipTop } from './lines';
import { SLACK } from './memory';
import { NO_TIME, RecordShape, Verdict } from './record-shape';

const READ_SIZE: usize = 256 << 10;
const FIRST_CAPACITY: usize = 2 << 20;
/** A single event may be so long; longer ones are reported as lost. */
const EVENT_SIZE_MAX: usize = 16 << 20;
/** Envelopes within envelopes, as search results have them. */
const ENVELOPE_DEPTH_MAX = 4;

enum Mode {
  /** Between values at the top level. */
  Top,
  /** Among the members of an envelope. */
  Members,
  /** Among the elements of its array of records, or of an array at the top level. */
  Elements,
  /** Dropping a line that is too long. */
  DropLine,
  /** The rest of the file cannot be read. */
  DropFile,
}

enum Step {
  Done,
  /** The buffer ends in the middle of something. */
  NeedsData,
}

export class RecordReader {
  private readonly keys: ArrayBuffer[] = [];
  private readonly files: FileList;
  private buffer: usize = 0;
  private capacity: usize = 0;
  private head: usize = 0;
  private tail: usize = 0;
  private spans: GrowingBuffer = new GrowingBuffer();
  private times: GrowingBuffer = new GrowingBuffer();
  private batchStart: usize = 0;

  // The file being read.
  private object: i32 = -1;
  private path: string = '';
  private atEnd: bool = false;
  /** Decoded bytes of the file up to `tail`. */
  private bytesRead: u64 = 0;
  private mode: Mode = Mode.Top;
  /** Objects around the array of records that were entered and not left. */
  private envelopeDepth: i32 = 0;
  private line: u64 = 1;
  private lineCountedTo: usize = 0;
  private record: u64 = 0;
  private eventsInFile: u64 = 0;
  private withoutTime: u64 = 0;
  private skipped: u64 = 0;
  private skippedReason: string = '';
  /** Why reading stopped before the end of the file, if it did. */
  private endError: string = '';
  private hasGarbage: bool = false;

  constructor(private readonly shape: RecordShape) {
    this.files = new FileList(shape);
    const keys = shape.envelopeKeys;
    for (let index = 0; index < keys.length; index++) this.keys.push(String.UTF8.encode(keys[index]));
  }

  // ---- the exports of `source` -------------------------------------------------------------

  /** An error message, or null. */
  open(location: string): string | null {
    this.grow(FIRST_CAPACITY);
    this.hasGarbage = true;
    return this.files.open(location);
  }

  /** Makes a batch; false at the end of the stream. */
  next(bytesMax: u32, eventsMax: u32): bool {
    if (this.hasGarbage) {
      this.hasGarbage = false;
      __collect();
    }
    this.compact();
    this.spans.clear();
    this.times.clear();
    this.batchStart = this.head;
    while (this.eventCount < eventsMax && this.head - this.batchStart < <usize>bytesMax) {
      if (this.object < 0 && !this.openNext()) break;
      if (this.step() == Step.Done) continue;
      if (this.atEnd) this.closeFile();
      else if (!this.fill()) break;
    }
    return this.eventCount > 0 || this.object >= 0 || !this.files.isOver;
  }

  get eventCount(): u32 {
    return <u32>(this.times.size >> 3);
  }

  get dataStart(): usize {
    return this.batchStart;
  }

  get dataSize(): usize {
    return this.head - this.batchStart;
  }

  get spansStart(): usize {
    return this.spans.address;
  }

  get timesStart(): usize {
    return this.times.address;
  }

  /** Where the stream stands, as text: version, mode, offset, line, record, path. */
  checkpoint(): string {
    const offset = this.bytesRead - <u64>(this.tail - this.head);
    this.hasGarbage = true;
    return [
      '2', (<i32>this.mode).toString(), this.envelopeDepth.toString(), offset.toString(), this.line.toString(),
      this.record.toString(), this.object >= 0 ? '1' : '0', this.object >= 0 ? this.path : this.lastDone,
    ].join('\n');
  }

  private lastDone: string = '';

  /** Goes on from a checkpoint; false if it is not one. */
  resume(position: string): bool {
    const parts = position.split('\n');
    if (parts.length < 8 || parts[0] != '2') return false;
    const path = parts.slice(7).join('\n');
    this.files.resumeAfter(path);
    this.lastDone = path;
    if (parts[6] == '1') {
      this.startFile(path, U64.parseInt(parts[3]));
      this.mode = <Mode>I32.parseInt(parts[1]);
      this.envelopeDepth = I32.parseInt(parts[2]);
      this.line = U64.parseInt(parts[4]);
      this.record = U64.parseInt(parts[5]);
    }
    return true;
  }

  close(): void {
    if (this.object >= 0) closeObject(this.object);
    this.object = -1;
  }

  // ---- files ---------------------------------------------------------------------------------

  private openNext(): bool {
    while (true) {
      const path = this.files.next();
      this.hasGarbage = true;
      if (path === null) return false;
      if (this.startFile(path, 0)) return true;
    }
  }

  private startFile(path: string, offset: u64): bool {
    this.path = path;
    this.object = openObject(ROOT, path, offset);
    this.hasGarbage = true;
    if (this.object < 0) {
      report(Severity.Lost, this.files.nameOf(path), 0, lastError);
      this.lastDone = path;
      return false;
    }
    this.atEnd = false;
    this.endError = '';
    this.bytesRead = offset;
    this.mode = Mode.Top;
    this.envelopeDepth = 0;
    this.line = 1;
    this.lineCountedTo = this.head;
    this.record = 0;
    this.eventsInFile = 0;
    this.withoutTime = 0;
    this.skipped = 0;
    return true;
  }

  private closeFile(): void {
    if (this.endError.length > 0) {
      const read = ' (' + this.eventsInFile.toString() + ' events were read)';
      this.reportProblem(Severity.Lost, 0, this.endError + read);
    } else if (this.mode == Mode.Elements || this.mode == Mode.Members) {
      this.reportProblem(Severity.Lost, 0, 'the file ends early, after ' + this.record.toString() + ' records');
    }
    if (this.withoutTime > 0) {
      this.reportProblem(
        Severity.Warning, 0,
        this.withoutTime.toString() + ' events without a usable time: they take the time of the event before',
      );
    }
    if (this.skipped > 0) {
      this.reportProblem(Severity.Warning, 0, this.skipped.toString() + ' ' + this.skippedReason);
    }
    this.head = this.tail;
    closeObject(this.object);
    this.object = -1;
    this.lastDone = this.path;
  }

  // ---- the buffer ------------------------------------------------------------------------------

  private grow(capacity: usize): void {
    const grown = heap.alloc(capacity + SLACK);
    const used = this.tail - this.buffer;
    if (this.buffer != 0) {
      memory.copy(grown, this.buffer, used);
      heap.free(this.buffer);
    }
    const moved = grown - this.buffer;
    this.head += moved;
    this.tail += moved;
    this.batchStart += moved;
    this.lineCountedTo += moved;
    this.buffer = grown;
    this.capacity = capacity;
    if (used == 0) {
      this.head = grown;
      this.tail = grown;
      this.batchStart = grown;
      this.lineCountedTo = grown;
    }
  }

  /** Moves what was not used to the start. */
  private compact(): void {
    if (this.head == this.buffer) return;
    this.lineAt(this.head);
    const moved = this.head - this.buffer;
    memory.copy(this.buffer, this.head, this.tail - this.head);
    this.head -= moved;
    this.tail -= moved;
    this.lineCountedTo -= moved;
  }

  /** Reads more; false when the batch has to be given out first. */
  private fill(): bool {
    let room = this.buffer + this.capacity - this.tail;
    if (room < READ_SIZE) {
      if (this.eventCount > 0) return false;
      this.compact();
      this.batchStart = this.head;
      room = this.buffer + this.capacity - this.tail;
    }
    if (room < READ_SIZE) {
      if (this.capacity >= EVENT_SIZE_MAX + 2 * READ_SIZE) {
        this.giveUpValue();
        return true;
      }
      this.grow(min(this.capacity * 2, EVENT_SIZE_MAX + 2 * READ_SIZE));
    }
    const size = readObject(this.object, this.tail, <i32>READ_SIZE);
    if (size < 0) {
      // What is complete in the buffer is still used; the file is closed with this error.
      this.hasGarbage = true;
      this.endError = lastError;
      this.atEnd = true;
      return true;
    }
    if (size == 0) this.atEnd = true;
    this.tail += size;
    this.bytesRead += size;
    return true;
  }

  /** What is at `head` does not fit: to the end of its line, or of the file. */
  private giveUpValue(): void {
    const limit = (EVENT_SIZE_MAX >> 20).toString() + ' MiB';
    if (this.mode == Mode.Top) {
      this.reportProblem(Severity.Lost, this.lineAt(this.head), 'longer than an event may be (' + limit + ')');
      this.mode = Mode.DropLine;
    } else {
      this.reportProblem(
        Severity.Lost, 0,
        'record ' + (this.record + 1).toString() + ' is longer than an event may be (' + limit +
          '); the rest of the file is not read',
      );
      this.mode = Mode.DropFile;
    }
    this.lineCountedTo = this.head;
    this.head = this.tail;
  }

  /** Number of the line that `at` is in; counts what lies between. */
  private lineAt(at: usize): u64 {
    if (at > this.lineCountedTo) {
      this.line += countNewlines(this.lineCountedTo, at);
      this.lineCountedTo = at;
    }
    return this.line;
  }

  // ---- values ------------------------------------------------------------------------------------

  private step(): Step {
    if (this.mode == Mode.Top) return this.stepTop();
    if (this.mode == Mode.Elements) return this.stepElement();
    if (this.mode == Mode.Members) return this.stepMember();
    if (this.mode == Mode.DropLine) return this.stepDrop();
    this.lineCountedTo = this.tail;
    this.head = this.tail;
    return Step.NeedsData;
  }

  private stepDrop(): Step {
    const end = findNewline(this.head, this.tail);
    this.lineCountedTo = end;
    this.head = end;
    if (end == this.tail) return Step.NeedsData;
    this.mode = Mode.Top;
    return Step.Done;
  }

  private stepTop(): Step {
    const start = skipTop(this.head, this.tail);
    this.head = start;
    const mayBeMark = this.tail - start < 3 && !this.atEnd && load<u8>(start) == 0xef;
    if (start >= this.tail || mayBeMark) return Step.NeedsData;
    const first = load<u8>(start);
    const isContainer = first == OPEN_BRACE || first == OPEN_BRACKET;
    const behindTime: usize = isContainer ? 0 : exportLinePrefix(start, this.tail);
    if (behindTime != 0) {
      this.head = behindTime;
      return Step.Done;
    }
    if (isContainer) {
      // Nearly always: a whole value. Only when it is not, lines have to be looked for.
      const end = validateValue(start, this.tail);
      if (end > INVALID) {
        this.takeTop(start, end);
        return Step.Done;
      }
    }
    const lineEnd = findNewline(start, this.tail);
    const hasLineEnd = lineEnd < this.tail || this.atEnd;
    if (isContainer) return this.stepTopContainer(start, lineEnd, hasLineEnd);
    if (!hasLineEnd) {
      if (this.tail - start < EVENT_SIZE_MAX && this.tail - start < READ_SIZE) return Step.NeedsData;
      this.reportProblem(Severity.Lost, this.lineAt(start), describeText(start, this.tail));
      this.mode = Mode.DropLine;
      return Step.Done;
    }
    this.reportProblem(Severity.Lost, this.lineAt(start), describeText(start, lineEnd));
    this.head = lineEnd;
    return Step.Done;
  }

  private stepTopContainer(start: usize, lineEnd: usize, hasLineEnd: bool): Step {
    let end = validateValue(start, lineEnd);
    if (end > INVALID) {
      this.takeTop(start, end);
      return Step.Done;
    }
    if (this.enterArray(start)) return Step.Done;
    const wrongAt = invalidAt;
    if (end == INCOMPLETE) {
      if (!hasLineEnd) return Step.NeedsData;
      // A value over several lines, unless what follows shows that it is not.
      if (lineEnd < this.tail) {
        end = validateValue(start, this.tail);
        if (end > INVALID) {
          this.takeTop(start, end);
          return Step.Done;
        }
        if (end == INCOMPLETE && !this.atEnd) return Step.NeedsData;
      }
      this.reportProblem(Severity.Lost, this.lineAt(start), 'incomplete JSON');
    } else {
      const character = (wrongAt - start + 1).toString();
      const python = wrongAt < this.tail && load<u8>(wrongAt) == 0x27 ? ' (single quotes, as Python prints them)' : '';
      this.reportProblem(Severity.Lost, this.lineAt(start), 'not valid JSON at character ' + character + python);
    }
    if (!hasLineEnd) this.mode = Mode.DropLine;
    this.head = lineEnd;
    return Step.Done;
  }

  /** Reads element by element when `start` begins an array of objects or an envelope of them. */
  private enterArray(start: usize): bool {
    if (load<u8>(start) == OPEN_BRACKET) {
      const element = skipBlanks(start + 1, this.tail);
      if (element >= this.tail) return false;
      const isText = load<u8>(element) == QUOTE && element + 1 < this.tail && load<u8>(element, 1) == OPEN_BRACE;
      if (load<u8>(element) != OPEN_BRACE && !isText) return false;
      this.mode = Mode.Elements;
      this.envelopeDepth = 0;
      this.head = start + 1;
      return true;
    }
    const array = this.findEnvelopeArray(start, 0);
    if (array == 0) return false;
    this.enterEnvelope(start);
    return true;
  }

  /** The opening bracket of the envelope's array if it is in the buffer, else 0. Looks, does not validate. */
  private findEnvelopeArray(start: usize, depth: i32): usize {
    let at = skipBlanks(start + 1, this.tail);
    while (at < this.tail && load<u8>(at) == QUOTE) {
      const close = stringEnd(at + 1, this.tail);
      if (close == 0) return 0;
      const isKey = this.isEnvelopeKey(at + 1, close);
      at = skipBlanks(close + 1, this.tail);
      if (at >= this.tail || load<u8>(at) != COLON) return 0;
      at = skipBlanks(at + 1, this.tail);
      if (at >= this.tail) return 0;
      if (isKey && load<u8>(at) == OPEN_BRACKET) return at;
      if (isKey && load<u8>(at) == OPEN_BRACE && depth < ENVELOPE_DEPTH_MAX) {
        return this.findEnvelopeArray(at, depth + 1);
      }
      at = valueEnd(at, this.tail);
      if (at == 0) return 0;
      at = skipBlanks(at, this.tail);
      if (at < this.tail && load<u8>(at) == COMMA) at = skipBlanks(at + 1, this.tail);
    }
    return 0;
  }

  private enterEnvelope(start: usize): void {
    this.mode = Mode.Members;
    this.envelopeDepth++;
    this.head = start + 1;
  }

  private isEnvelopeKey(start: usize, end: usize): bool {
    const size = end - start;
    for (let index = 0; index < this.keys.length; index++) {
      const key = unchecked(this.keys[index]);
      if (<usize>key.byteLength == size && memory.compare(start, changetype<usize>(key), size) == 0) return true;
    }
    return false;
  }

  private takeTop(start: usize, end: usize): void {
    if (load<u8>(start) == OPEN_BRACKET) {
      if (this.enterArray(start)) return;
      this.head = end;
      this.reportProblem(Severity.Lost, this.lineAt(start), 'an array without objects, not a record');
      return;
    }
    this.record++;
    const verdict = this.shape.judge(start, end);
    if (verdict == Verdict.Envelope) {
      this.record--;
      this.enterEnvelope(start);
      return;
    }
    this.head = end;
    this.settle(verdict, verdict == Verdict.Lost ? this.lineAt(start) : 0);
  }

  private settle(verdict: Verdict, line: u64): void {
    if (verdict == Verdict.Event) {
      const shape = this.shape;
      this.spans.pushU32(<u32>(shape.eventStart - this.batchStart));
      this.spans.pushU32(<u32>(shape.eventEnd - this.batchStart));
      this.times.pushU64(shape.time);
      this.eventsInFile++;
      if (shape.time == NO_TIME) this.withoutTime++;
    } else if (verdict == Verdict.Skipped) {
      if (this.shape.reason.length > 0) {
        this.skipped++;
        this.skippedReason = this.shape.reason;
      }
    } else this.reportProblem(Severity.Lost, line, this.shape.reason);
  }

  private stepElement(): Step {
    let at = skipBlanks(this.head, this.tail);
    if (at < this.tail && load<u8>(at) == COMMA && this.record > 0) at = skipBlanks(at + 1, this.tail);
    if (at >= this.tail) return Step.NeedsData;
    if (load<u8>(at) == CLOSE_BRACKET) {
      this.head = at + 1;
      this.mode = this.envelopeDepth > 0 ? Mode.Members : Mode.Top;
      return Step.Done;
    }
    const end = validateValue(at, this.tail);
    if (end == INCOMPLETE || (end == this.tail && !this.atEnd && load<u8>(at) != OPEN_BRACE)) return Step.NeedsData;
    const number = this.record + 1;
    if (end == INVALID) return this.loseElement(at, invalidAt);
    this.record = number;
    this.head = end;
    const isText = load<u8>(at) == QUOTE;
    if (load<u8>(at) != OPEN_BRACE && !isText) {
      this.reportProblem(Severity.Lost, number, 'record ' + number.toString() + ' is not an object');
      return Step.Done;
    }
    const verdict = isText ? this.shape.judgeString(at + 1, end - 1) : this.shape.judge(at, end);
    if (verdict == Verdict.Envelope) {
      this.reportProblem(Severity.Lost, number, 'record ' + number.toString() + ' is an envelope, not a record');
      return Step.Done;
    }
    this.settle(verdict, number);
    return Step.Done;
  }

  /** A record that is not valid JSON: on to the bracket that closes it, if there is one. */
  private loseElement(at: usize, wrongAt: usize): Step {
    const end = valueEnd(at, this.tail);
    const isOpen = (load<u8>(at) | 0x20) == OPEN_BRACE;
    if (end == 0 && !this.atEnd && this.tail - at < EVENT_SIZE_MAX) return Step.NeedsData;
    this.record++;
    const character = (wrongAt - at + 1).toString();
    const position = 'record ' + this.record.toString() + ' is not valid JSON at its character ' + character;
    const next = end == 0 ? this.tail : skipBlanks(end, this.tail);
    const follows: u8 = next < this.tail ? load<u8>(next) : 0;
    if (isOpen && end != 0 && (follows == COMMA || follows == CLOSE_BRACKET)) {
      this.reportProblem(Severity.Lost, this.record, position);
      this.head = end;
      return Step.Done;
    }
    this.reportProblem(Severity.Lost, this.record, position + '; the rest of the file is not read');
    this.mode = Mode.DropFile;
    this.head = this.tail;
    return Step.Done;
  }

  /** One member of an envelope, its closing brace, or the array of records. */
  private stepMember(): Step {
    let at = skipBlanks(this.head, this.tail);
    if (at < this.tail && load<u8>(at) == COMMA) at = skipBlanks(at + 1, this.tail);
    if (at >= this.tail) return Step.NeedsData;
    if (load<u8>(at) == CLOSE_BRACE) {
      this.head = at + 1;
      this.envelopeDepth--;
      this.mode = this.envelopeDepth > 0 ? Mode.Members : Mode.Top;
      return Step.Done;
    }
    if (load<u8>(at) != QUOTE) return this.loseEnvelope(at);
    const close = stringEnd(at + 1, this.tail);
    if (close == 0) return Step.NeedsData;
    const isKey = this.isEnvelopeKey(at + 1, close);
    let value = skipBlanks(close + 1, this.tail);
    if (value >= this.tail) return Step.NeedsData;
    if (load<u8>(value) != COLON) return this.loseEnvelope(value);
    value = skipBlanks(value + 1, this.tail);
    if (value >= this.tail) return Step.NeedsData;
    if (isKey && load<u8>(value) == OPEN_BRACKET) {
      this.mode = Mode.Elements;
      this.head = value + 1;
      return Step.Done;
    }
    if (isKey && load<u8>(value) == OPEN_BRACE && this.envelopeDepth < ENVELOPE_DEPTH_MAX) {
      this.enterEnvelope(value);
      return Step.Done;
    }
    const end = validateValue(value, this.tail);
    if (end == INVALID) return this.loseEnvelope(invalidAt);
    if (end == INCOMPLETE || end == this.tail) return Step.NeedsData;
    this.head = end;
    return Step.Done;
  }

  private loseEnvelope(at: usize): Step {
    const line = this.lineAt(at);
    const read = this.record.toString();
    this.reportProblem(
      Severity.Lost, line, 'not valid JSON after ' + read + ' records; the rest of the file is not read',
    );
    this.mode = Mode.DropFile;
    return Step.Done;
  }

  private reportProblem(severity: Severity, line: u64, message: string): void {
    report(severity, this.files.nameOf(this.path), line, message);
    this.hasGarbage = true;
  }
}
