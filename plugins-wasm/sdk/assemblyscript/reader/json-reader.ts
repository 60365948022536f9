// Events out of JSON files: JSON lines, `{"Records": [ … ]}` (also pretty-printed, with other members, several in a
// row), arrays, single objects. Here the values are found and judged; files are the matter of record-reader.ts.

import { Severity } from '../host';
import { ENVELOPE_DEPTH_MAX, EnvelopeKeys } from '../json/envelope-keys';
import { EVENT_SIZE_MAX, READ_SIZE, REST_NOT_READ } from './input-file';
import {
  CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipBlanks, stringEnd, valueEnd,
} from '../json-bytes';
import { JsonShape } from '../json-shape';
import { INCOMPLETE, INVALID, invalidAt, validateValue } from '../json-validate';
import {
  countZeros, describeInvalid, describeText, exportLinePrefix, findNewline, holdsRecords, skipTop,
} from './lines';
import { Mode } from './position';
import { RecordReader, Step } from './record-reader';
import { Verdict } from '../record-shape';

export class JsonReader extends RecordReader {
  private readonly keys: EnvelopeKeys;
  /** Zeros that were passed over since the last value: where a disk or a writer failed, a file has them. */
  private zeros: u64 = 0;

  constructor(private readonly json: JsonShape) {
    super(json);
    this.keys = new EnvelopeKeys(json.envelopeKeys);
  }

  protected stepInside(): Step {
    if (this.mode == Mode.Top) return this.stepTop();
    return this.mode == Mode.Elements ? this.stepElement() : this.stepMember();
  }

  private stepTop(): Step {
    const input = this.input;
    const tail = input.tail;
    const start = skipTop(input.head, tail);
    // Nearly always one line end.
    const isMore = start - input.head > 1 || (start > input.head && load<u8>(input.head) == 0);
    if (isMore) this.zeros += countZeros(input.head, start);
    input.head = start;
    if (this.zeros > 0 && start < tail) this.tellSkipped();
    const mayBeMark = tail - start < 3 && !input.atEnd && load<u8>(start) == 0xef;
    if (start >= tail || mayBeMark) return Step.NeedsData;
    const first = load<u8>(start);
    const isContainer = first == OPEN_BRACE || first == OPEN_BRACKET;
    if (this.leaveOutBinary(start, isContainer)) return Step.Done;
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

  protected tellSkipped(): void {
    if (this.zeros == 0) return;
    const what = this.zeros == 1 ? ' zero byte was skipped' : ' zero bytes were skipped';
    this.input.problem(Severity.Warning, this.input.lineAt(this.input.head), this.zeros.toString() + what);
    this.zeros = 0;
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
      input.lose(input.lineAt(at), nameOf(number) + ' is not an object');
      return Step.Done;
    }
    const verdict = isText ? this.json.judgeString(at + 1, end - 1) : this.shape.judge(at, end);
    if (verdict == Verdict.Envelope) {
      input.lose(input.lineAt(at), nameOf(number) + ' is an envelope, not a record');
      return Step.Done;
    }
    if (verdict == Verdict.Lost) input.lose(input.lineAt(at), nameOf(number) + ': ' + this.shape.reason);
    else this.settle(verdict, 0);
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
    const position = nameOf(this.record) + ' is not valid JSON at its character ' + character;
    const next = end == 0 ? tail : skipBlanks(end, tail);
    const follows: u8 = next < tail ? load<u8>(next) : 0;
    if (isOpen && end != 0 && (follows == COMMA || follows == CLOSE_BRACKET)) {
      input.lose(input.lineAt(at), position);
      input.head = end;
      return Step.Done;
    }
    input.lose(input.lineAt(at), position + REST_NOT_READ);
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

function nameOf(record: u64): string {
  return 'record ' + record.toString();
}
