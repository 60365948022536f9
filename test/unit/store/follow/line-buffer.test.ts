import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../../../../engine/store/follow/line-buffer.ts';

const SEED = 3;

function put(lines: LineBuffer, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    const room = lines.room();
    const size = Math.min(room.length, rest.length);
    room.set(rest.subarray(0, size));
    lines.commit(size);
    rest = rest.subarray(size);
    if (rest.length > 0 && lines.hasLines) throw new Error('lines are given out first');
  }
}

function takeAll(lines: LineBuffer, size: number): string {
  let text = '';
  while (lines.hasLines) {
    const room = new Uint8Array(size);
    text += Buffer.from(room.subarray(0, lines.take(room))).toString('latin1');
  }
  return text;
}

describe('lines', () => {
  it(`are given out whole, in pieces of any size (seed ${SEED})`, () => {
    const piece = fc.array(fc.constantFrom('a', '\n', 'bcd', 'x'.repeat(99)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 40 }), (pieces, size) => {
        const lines = new LineBuffer(1 << 20);
        let written = '';
        let given = '';
        for (const one of pieces.map((words) => words.join(''))) {
          written += one;
          put(lines, one);
          given += takeAll(lines, size);
          expect(given).toBe(written.slice(0, written.lastIndexOf('\n') + 1));
          expect(lines.restSize).toBe(written.length - given.length);
          expect(lines.linesGiven).toBe(given.split('\n').length - 1);
        }
        lines.giveRest();
        expect(given + takeAll(lines, size)).toBe(written);
      }),
      { seed: SEED },
    );
  });

  it('that are longer than may be are given out in pieces', () => {
    const lines = new LineBuffer(100_000);
    put(lines, 'x'.repeat(100_000));
    expect(takeAll(lines, 1_000)).toBe('x'.repeat(100_000));
  });
});
