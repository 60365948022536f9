// Members of an envelope under which its records are, as `{"Records": [ … ]}` or `{"hits": {"hits": [ … ]}}`.

import { COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipBlanks, stringEnd, valueEnd } from '../json-bytes';

/** Envelopes within envelopes, as search results have them. */
export const ENVELOPE_DEPTH_MAX = 4;

export class EnvelopeKeys {
  private readonly keys: ArrayBuffer[] = [];

  constructor(keys: string[]) {
    for (let index = 0; index < keys.length; index++) this.keys.push(String.UTF8.encode(keys[index]));
  }

  has(start: usize, end: usize): bool {
    const size = end - start;
    for (let index = 0; index < this.keys.length; index++) {
      const key = unchecked(this.keys[index]);
      if (<usize>key.byteLength == size && memory.compare(start, changetype<usize>(key), size) == 0) return true;
    }
    return false;
  }

  /** Whether the array of the envelope that begins at `start` begins before `tail`. Looks, does not validate. */
  hasArray(start: usize, tail: usize, depth: i32): bool {
    let at = skipBlanks(start + 1, tail);
    while (at < tail && load<u8>(at) == QUOTE) {
      const close = stringEnd(at + 1, tail);
      if (close == 0) return false;
      const isKey = this.has(at + 1, close);
      at = skipBlanks(close + 1, tail);
      if (at >= tail || load<u8>(at) != COLON) return false;
      at = skipBlanks(at + 1, tail);
      if (at >= tail) return false;
      if (isKey && load<u8>(at) == OPEN_BRACKET) return true;
      if (isKey && load<u8>(at) == OPEN_BRACE && depth < ENVELOPE_DEPTH_MAX) {
        return this.hasArray(at, tail, depth + 1);
      }
      at = valueEnd(at, tail);
      if (at == 0) return false;
      at = skipBlanks(at, tail);
      if (at < tail && load<u8>(at) == COMMA) at = skipBlanks(at + 1, tail);
    }
    return false;
  }
}
