// Events out of JSON files, in order, with bounded memory: JSON lines, `{"Records": [ … ]}` (also pretty-printed,
// with other members, several in a row), arrays, single objects. What cannot be read is reported with its line or
// record number, and what comes after it is still read. Here the values are found and judged; the file and its
// buffer are in input-file.ts.

import { ENVELOPE_DEPTH_MAX, EnvelopeKeys } from './envelope-keys';
import { EventList } from './event-list';
import { FileList } from './file-list';
import { EVENT_SIZE_MAX, Fill, InputFile, READ_SIZE, REST_NOT_READ, TOO_LONG } from './input-file';
import {
  CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipBlanks, stringEnd, valueEnd,
} from './json-bytes';
import { INCOMPLETE, INVALID, invalidAt, validateValue } from './json-validate';
import { describeInvalid, describeText, exportLinePrefix, findNewline, holdsRecords, skipTop } from './lines';
import { Mode, Position } from './position';
import { RecordShape, Verdict } from './record-shape';

enum Step {
  Done,
  /** The buffer ends in the middle of something. */
  NeedsData,
}

export class RecordReader {
  private readonly keys: EnvelopeKeys;
  private readonly files: FileList;
  readonly input: InputFile = new InputFile();
  readonly events: EventList = new EventList();
  /** The file has nothing for now: what `next` found is all there is. */
  isWaiting: bool = false;
  private lastDone: string = '';

  // Where the file stands.
  private mode: Mode = Mode.Top;
  /** Objects around the array of records that were entered and not left. */
  private envelopeDepth: i32 = 0;
  private record: u64 = 0;

  constructor(private readonly shape: RecordShape) {
    this.files = new FileList(shape);
    this.keys = new EnvelopeKeys(shape.envelopeKeys);
  }

  // ---- the exports of `source` -------------------------------------------------------------

  /** An error message, or null. */
  open(location: string): string | null {
    this.input.hasGarbage = true;
    return this.files.open(location);
  }

  /** Makes a batch; false at the end of the stream. */
  next(bytesMax: u32, eventsMax: u32): bool {
    const input = this.input;
    if (input.hasGarbage) {
      input.hasGarbage = false;
      __collect();
    }
    input.startBatch();
    this.events.startBatch();
    this.isWaiting = false;
    while (this.events.count < eventsMax && input.batchSize < <usize>bytesMax) {
      if (!input.isOpen && !this.openNext()) {
        this.isWaiting = this.files.isWaiting;
        break;
      }
      if (this.step() == Step.Done) continue;
      if (input.atEnd) this.closeFile();
      else {
        const fill = input.fill(this.events.count > 0);
        if (fill == Fill.BatchFirst) break;
        if (fill == Fill.Later) {
          this.isWaiting = true;
          break;
        }
        if (fill == Fill.TooLong) this.giveUpValue();
      }
    }
    return this.events.count > 0 || input.isOpen || !this.files.isOver;
  }

  /** Where the stream stands, as text. */
  checkpoint(): string {
    const input = this.input;
    input.hasGarbage = true;
    const position = new Position();
    position.mode = this.mode;
    position.envelopeDepth = this.envelopeDepth;
    position.offset = input.offset;
    position.line = input.line;
    position.record = this.record;
    position.isOpen = input.isOpen;
    position.path = input.isOpen ? input.path : this.lastDone;
    return position.toText();
  }

  /** Goes on from a checkpoint; false if it is not one. */
  resume(text: string): bool {
    const position = Position.parse(text);
    if (position === null) return false;
    this.files.resumeAfter(position.path);
    this.lastDone = position.path;
    // What was read to its end may have grown since.
    if (!position.isOpen && position.offset == 0) return true;
    const isThere = this.startFile(position.path, position.offset, !position.isOpen);
    if (!position.isOpen && !isThere) return true;
    this.input.line = position.line;
    this.record = position.record;
    if (!position.isOpen) return true;
    this.mode = position.mode;
    this.envelopeDepth = position.envelopeDepth;
    return true;
  }

  close(): void {
    this.files.tellLeftOut(true);
    this.input.close();
  }

  // ---- files ---------------------------------------------------------------------------------

  private openNext(): bool {
    while (true) {
      const path = this.files.next();
      this.input.hasGarbage = true;
      if (path === null) return false;
      if (this.startFile(path, 0)) return true;
    }
  }

  private startFile(path: string, offset: u64, mayBeGone: bool = false): bool {
    if (!this.input.open(path, this.files.nameOf(path), offset, mayBeGone)) {
      this.lastDone = path;
      return false;
    }
    this.mode = Mode.Top;
    this.envelopeDepth = 0;
    this.record = 0;
    this.events.startFile();
    this.shape.startFile(path);
    return true;
  }

  private closeFile(): void {
    const endError = this.input.endError;
    if (endError.length > 0) {
      this.input.lose(0, endError + ' (' + this.events.inFile.toString() + ' events were read)');
    } else if (this.mode == Mode.Elements || this.mode == Mode.Members) {
      this.input.lose(0, 'the file ends early, after ' + this.record.toString() + ' records');
    }
    this.events.report(this.input);
    this.input.close();
    this.lastDone = this.input.path;
  }

  /** What is at `head` does not fit: to the end of its line, or of the file. */
  private giveUpValue(): void {
    if (this.mode == Mode.Top) {
      this.input.lose(this.input.lineAt(this.input.head), TOO_LONG);
      this.mode = Mode.DropLine;
    } else {
      this.input.lose(0, 'record ' + (this.record + 1).toString() + ' is ' + TOO_LONG + REST_NOT_READ);
      this.mode = Mode.DropFile;
    }
    this.input.dropBuffer();
  }

  // ---- values ------------------------------------------------------------------------------------

  private step(): Step {
    if (this.mode == Mode.Top) return this.stepTop();
    if (this.mode == Mode.Elements) return this.stepElement();
    if (this.mode == Mode.Members) return this.stepMember();
    if (this.mode == Mode.DropLine) return this.stepDrop();
    this.input.dropTo(this.input.tail);
    return Step.NeedsData;
  }

  private stepDrop(): Step {
    const end = findNewline(this.input.head, this.input.tail);
    this.input.dropTo(end);
    if (end == this.input.tail) return Step.NeedsData;
    this.mode = Mode.Top;
    return Step.Done;
  }

  private stepTop(): Step {
    const input = this.input;
    const tail = input.tail;
    const start = skipTop(input.head, tail);
    input.head = start;
    const mayBeMark = tail - start < 3 && !input.atEnd && load<u8>(start) == 0xef;
    if (start >= tail || mayBeMark) return Step.NeedsData;
    const first = load<u8>(start);
    const isContainer = first == OPEN_BRACE || first == OPEN_BRACKET;
    const behindTime: usize = isContainer ? 0 : exportLinePrefix(start, tail);
    if (behindTime != 0) {
      input.head = behindTime;
      return Step.Done;
    }
    if (isContainer) {
      // Nearly always: a whole value. Only when it is not, lines have to be looked for.
      const end = validateValue(start, tail);
      if (end > INVALID) {
        this.takeTop(start, end);
        return Step.Done;
      }
    }
    const lineEnd = findNewline(start, tail);
    const hasLineEnd = lineEnd < tail || input.atEnd;
    if (isContainer) return this.stepTopContainer(start, lineEnd, hasLineEnd);
    if (!hasLineEnd) {
      if (tail - start < EVENT_SIZE_MAX && tail - start < READ_SIZE) return Step.NeedsData;
      input.lose(input.lineAt(start), describeText(start, tail));
      this.mode = Mode.DropLine;
      return Step.Done;
    }
    input.lose(input.lineAt(start), describeText(start, lineEnd));
    input.head = lineEnd;
    return Step.Done;
  }

  private stepTopContainer(start: usize, lineEnd: usize, hasLineEnd: bool): Step {
    const input = this.input;
    const tail = input.tail;
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
      if (lineEnd < tail) {
        end = validateValue(start, tail);
        if (end > INVALID) {
          this.takeTop(start, end);
          return Step.Done;
        }
        if (end == INCOMPLETE && !input.atEnd) return Step.NeedsData;
      }
      input.lose(input.lineAt(start), 'incomplete JSON');
    } else {
      input.lose(input.lineAt(start), describeInvalid(start, wrongAt, tail));
    }
    if (!hasLineEnd) this.mode = Mode.DropLine;
    input.head = lineEnd;
    return Step.Done;
  }

  /** Reads element by element when `start` begins an array of objects or an envelope of them. */
  private enterArray(start: usize): bool {
    const input = this.input;
    const tail = input.tail;
    if (load<u8>(start) == OPEN_BRACKET) {
      if (!holdsRecords(start, tail)) return false;
      this.mode = Mode.Elements;
      this.envelopeDepth = 0;
      input.head = start + 1;
      return true;
    }
    if (!this.keys.hasArray(start, tail, 0)) return false;
    this.enterEnvelope(start);
    return true;
  }

  private enterEnvelope(start: usize): void {
    this.mode = Mode.Members;
    this.envelopeDepth++;
    this.input.head = start + 1;
  }

  private takeTop(start: usize, end: usize): void {
    if (load<u8>(start) == OPEN_BRACKET) {
      if (this.enterArray(start)) return;
      this.input.head = end;
      this.input.lose(this.input.lineAt(start), 'an array without objects, not a record');
      return;
    }
    this.record++;
    const verdict = this.shape.judge(start, end);
    if (verdict == Verdict.Envelope) {
      this.record--;
      this.enterEnvelope(start);
      return;
    }
    this.input.head = end;
    this.settle(verdict, verdict == Verdict.Lost ? this.input.lineAt(start) : 0);
  }

  private settle(verdict: Verdict, line: u64): void {
    const shape = this.shape;
    const start = this.input.batchStart;
    if (verdict == Verdict.Event) this.events.add(shape.eventStart - start, shape.eventEnd - start, shape.time);
    else if (verdict == Verdict.Skipped) this.events.skip(shape.reason);
    else this.input.lose(line, shape.reason);
  }

  private stepElement(): Step {
    const input = this.input;
    const tail = input.tail;
    let at = skipBlanks(input.head, tail);
    if (at < tail && load<u8>(at) == COMMA && this.record > 0) at = skipBlanks(at + 1, tail);
    if (at >= tail) return Step.NeedsData;
    if (load<u8>(at) == CLOSE_BRACKET) {
      input.head = at + 1;
      this.mode = this.envelopeDepth > 0 ? Mode.Members : Mode.Top;
      return Step.Done;
    }
    const end = validateValue(at, tail);
    if (end == INCOMPLETE || (end == tail && !input.atEnd && load<u8>(at) != OPEN_BRACE)) return Step.NeedsData;
    const number = this.record + 1;
    if (end == INVALID) return this.loseElement(at, invalidAt);
    this.record = number;
    input.head = end;
    const isText = load<u8>(at) == QUOTE;
    if (load<u8>(at) != OPEN_BRACE && !isText) {
      input.lose(number, 'record ' + number.toString() + ' is not an object');
      return Step.Done;
    }
    const verdict = isText ? this.shape.judgeString(at + 1, end - 1) : this.shape.judge(at, end);
    if (verdict == Verdict.Envelope) {
      input.lose(number, 'record ' + number.toString() + ' is an envelope, not a record');
      return Step.Done;
    }
    this.settle(verdict, number);
    return Step.Done;
  }

  /** A record that is not valid JSON: on to the bracket that closes it, if there is one. */
  private loseElement(at: usize, wrongAt: usize): Step {
    const input = this.input;
    const tail = input.tail;
    const end = valueEnd(at, tail);
    const isOpen = (load<u8>(at) | 0x20) == OPEN_BRACE;
    if (end == 0 && !input.atEnd && tail - at < EVENT_SIZE_MAX) return Step.NeedsData;
    this.record++;
    const character = (wrongAt - at + 1).toString();
    const position = 'record ' + this.record.toString() + ' is not valid JSON at its character ' + character;
    const next = end == 0 ? tail : skipBlanks(end, tail);
    const follows: u8 = next < tail ? load<u8>(next) : 0;
    if (isOpen && end != 0 && (follows == COMMA || follows == CLOSE_BRACKET)) {
      input.lose(this.record, position);
      input.head = end;
      return Step.Done;
    }
    input.lose(this.record, position + REST_NOT_READ);
    this.mode = Mode.DropFile;
    input.head = tail;
    return Step.Done;
  }

  /** One member of an envelope, its closing brace, or the array of records. */
  private stepMember(): Step {
    const input = this.input;
    const tail = input.tail;
    let at = skipBlanks(input.head, tail);
    if (at < tail && load<u8>(at) == COMMA) at = skipBlanks(at + 1, tail);
    if (at >= tail) return Step.NeedsData;
    if (load<u8>(at) == CLOSE_BRACE) {
      input.head = at + 1;
      this.envelopeDepth--;
      this.mode = this.envelopeDepth > 0 ? Mode.Members : Mode.Top;
      return Step.Done;
    }
    if (load<u8>(at) != QUOTE) return this.loseEnvelope(at);
    const close = stringEnd(at + 1, tail);
    if (close == 0) return Step.NeedsData;
    const isKey = this.keys.has(at + 1, close);
    let value = skipBlanks(close + 1, tail);
    if (value >= tail) return Step.NeedsData;
    if (load<u8>(value) != COLON) return this.loseEnvelope(value);
    value = skipBlanks(value + 1, tail);
    if (value >= tail) return Step.NeedsData;
    if (isKey && load<u8>(value) == OPEN_BRACKET) {
      this.mode = Mode.Elements;
      input.head = value + 1;
      return Step.Done;
    }
    if (isKey && load<u8>(value) == OPEN_BRACE && this.envelopeDepth < ENVELOPE_DEPTH_MAX) {
      this.enterEnvelope(value);
      return Step.Done;
    }
    const end = validateValue(value, tail);
    if (end == INVALID) return this.loseEnvelope(invalidAt);
    if (end == INCOMPLETE || end == tail) return Step.NeedsData;
    input.head = end;
    return Step.Done;
  }

  private loseEnvelope(at: usize): Step {
    const position = 'not valid JSON after ' + this.record.toString() + ' records';
    this.input.lose(this.input.lineAt(at), position + REST_NOT_READ);
    this.mode = Mode.DropFile;
    return Step.Done;
  }
}
