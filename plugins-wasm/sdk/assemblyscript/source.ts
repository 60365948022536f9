// The source side of the component: a record reader behind the exports of `source`.

import { JsonReader } from './reader/json-reader';
import { JsonShape } from './json-shape';
import { LineReader } from './reader/line-reader';
import { LineShape } from './line-shape';
import { ANSWER, ErrorCode, answerError, answerOk, release, takeString } from './memory';
import { Source } from './plugin';
import { RecordReader } from './reader/record-reader';

const STEP_EVENTS: u8 = 0;
const STEP_IDLE: u8 = 1;
const STEP_END: u8 = 2;
/** The engine calls sooner when something comes. */
const IDLE_MS: u32 = 1000;

class FileSource extends Source {
  private position: ArrayBuffer = new ArrayBuffer(0);

  constructor(private readonly reader: RecordReader) {
    super();
  }

  open(params: usize, size: usize): usize {
    const error = this.reader.open(takeString(params, size));
    if (error !== null) return answerError(ErrorCode.NotFound, error);
    return answerOk();
  }

  next(bytesMax: u32, eventsMax: u32): usize {
    const reader = this.reader;
    const isOpen = reader.next(bytesMax, eventsMax);
    memory.fill(ANSWER, 0, 32);
    if (!isOpen) {
      store<u8>(ANSWER, STEP_END, 4);
      return ANSWER;
    }
    if (reader.isWaiting && reader.events.count == 0) {
      store<u8>(ANSWER, STEP_IDLE, 4);
      store<u32>(ANSWER, IDLE_MS, 8);
      return ANSWER;
    }
    store<u8>(ANSWER, STEP_EVENTS, 4);
    store<u32>(ANSWER, <u32>reader.input.batchStart, 8);
    store<u32>(ANSWER, <u32>reader.input.batchSize, 12);
    store<u32>(ANSWER, reader.events.count == 0 ? 8 : <u32>reader.events.spansStart, 16);
    store<u32>(ANSWER, 2 * reader.events.count, 20);
    store<u32>(ANSWER, reader.events.count == 0 ? 8 : <u32>reader.events.timesStart, 24);
    store<u32>(ANSWER, reader.events.count, 28);
    return ANSWER;
  }

  checkpoint(): usize {
    this.position = String.UTF8.encode(this.reader.checkpoint());
    store<u32>(ANSWER, <u32>changetype<usize>(this.position));
    store<u32>(ANSWER, this.position.byteLength, 4);
    return ANSWER;
  }

  resume(position: usize, size: usize): usize {
    if (this.reader.resume(takeString(position, size))) return answerOk();
    return answerError(ErrorCode.InvalidArgument, 'not a position of this plugin');
  }

  /** Files stay where they are: nothing is to be done when their events are with the outputs. */
  acknowledge(position: usize, size: usize): void {
    release(position, size);
  }

  close(): void {
    this.reader.close();
  }
}

/** JSON in files: lines of it, arrays, envelopes. */
export class JsonSource extends FileSource {
  constructor(shape: JsonShape) {
    super(new JsonReader(shape));
  }
}

/** Lines of text in files. */
export class LineSource extends FileSource {
  constructor(shape: LineShape) {
    super(new LineReader(shape));
  }
}
