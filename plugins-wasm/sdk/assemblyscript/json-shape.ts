// What a source of JSON says of the values that a reader finds.

import { CLOSE_BRACE, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipBlanks } from './json-bytes';
import { exportLinePrefix, holdsRecords, skipTop } from './reader/lines';
import { RecordShape, Verdict } from './record-shape';

/** `judge` is given complete, valid JSON objects. */
export abstract class JsonShape extends RecordShape {
  /**
   * Members of an envelope that hold the records, as `{"Records": [ … ]}`. One of them may also be an object
   * with a member of the same name, as `{"hits": {"hits": [ … ]}}`.
   */
  abstract get envelopeKeys(): string[];
  /** Judges the content of a JSON string (without its quotes) that stands where a record should. */
  abstract judgeString(start: usize, end: usize): Verdict;

  /** `{"`, `{}`, `[{`, `["{` with blanks between, or the time that CloudWatch exports put in front. */
  beginsLikeRecords(start: usize, end: usize): bool {
    const prefix = exportLinePrefix(skipTop(start, end), end);
    const at = prefix != 0 ? prefix : skipTop(start, end);
    const inside = skipBlanks(at + 1, end);
    if (inside >= end) return false;
    const first = load<u8>(at);
    const second = load<u8>(inside);
    if (first == OPEN_BRACE) return second == QUOTE || second == CLOSE_BRACE;
    return first == OPEN_BRACKET && holdsRecords(at, end);
  }

  get beginning(): string {
    return 'JSON';
  }
}
