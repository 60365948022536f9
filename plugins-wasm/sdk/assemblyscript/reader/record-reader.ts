// Events out of files, in order, with bounded memory. What cannot be read is reported with its line or record number,
// and what comes after it is still read. Here are the files and where the stream stands; what lies between two events
// is the matter of JsonReader and LineReader, the file and its buffer of input-file.ts.

import { EventList } from './event-list';
import { FileList } from './file-list';
import { Fill, InputFile, REST_NOT_READ, TOO_LONG } from './input-file';
import { findNewline, isWide, looksBinary } from './lines';
import { Mode, Position } from './position';
import { RecordShape, Verdict } from '../record-shape';

/** Bytes at the start of a file: behind them nobody asks any more whether it is text. */
const BEGINNING_SIZE: u64 = 1024;

export enum Step {
  Done,
  /** The buffer ends in the middle of something. */
  NeedsData,
}

export abstract class RecordReader {
  private readonly files: FileList;
  readonly input: InputFile = new InputFile();
  readonly events: EventList = new EventList();
  /** The file has nothing for now: what `next` found is all there is. */
  isWaiting: bool = false;
  private lastDone: string = '';

  // Where the file stands.
  protected mode: Mode = Mode.Top;
  /** Objects around the array of records that were entered and not left. */
  protected envelopeDepth: i32 = 0;
  protected record: u64 = 0;

  constructor(protected readonly shape: RecordShape) {
    this.files = new FileList(shape);
  }

  /** Takes what is at `head`: an event, something lost, or a step into or out of what is around them. */
  protected abstract stepInside(): Step;

  /** Reports what was passed over and not reported yet; the file ends. */
  protected tellSkipped(): void {}

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
    this.tellSkipped();
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

  /** A file that begins like no text is one finding, and not one for each of its lines. */
  protected leaveOutBinary(start: usize, isText: bool): bool {
    const input = this.input;
    if (input.offset > BEGINNING_SIZE || this.record > 0) return false;
    const wide = isWide(start, input.tail);
    if (!wide && (isText || !looksBinary(start, input.tail))) return false;
    const encoding = wide ? 'looks like UTF-16, expected UTF-8' : 'binary data';
    input.lose(0, encoding + ': the file is not read');
    this.mode = Mode.DropFile;
    input.dropTo(input.tail);
    return true;
  }

  protected step(): Step {
    if (this.mode == Mode.DropLine) return this.stepDrop();
    if (this.mode != Mode.DropFile) return this.stepInside();
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

  protected settle(verdict: Verdict, line: u64): void {
    const shape = this.shape;
    const start = this.input.batchStart;
    if (verdict == Verdict.Event) this.events.add(shape.eventStart - start, shape.eventEnd - start, shape.time);
    else if (verdict == Verdict.Skipped) this.events.passOver(shape.reason);
    else this.input.lose(line, shape.reason);
  }
}
