/* What is stored, decoded: whatever pieces it comes in, and up to where it is damaged. */

import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../engine/store/decode/decoded-object.ts';
import type { StoredObject } from '../../../../engine/store/object-store.ts';

const SEED = 7;
const HAS_ZSTD = (process.versions.node.split('.').map(Number)[0] ?? 0) >= 22;

/** Stored bytes that come in pieces of at most so many. */
function stored(bytes: Uint8Array, pieceMax = 1 << 20, size: number | undefined = bytes.length) {
  let at = 0;
  const object: StoredObject = {
    isLive: false,
    size,
    descriptor: undefined,
    run: undefined,
    read: async (room) => {
      const piece = bytes.subarray(at, at + Math.min(room.length, pieceMax));
      room.set(piece);
      at += piece.length;
      return piece.length;
    },
    seek: (offset) => {
      if (size === undefined) return 0;
      at = offset;
      return offset;
    },
    close: async () => {},
  };
  return object;
}

interface Outcome {
  readonly text: string;
  readonly error: string | undefined;
  readonly warnings: readonly string[];
}

async function decodeAll(
  object: StoredObject,
  options: { offset?: number; encoding?: 'automatic' | 'identity'; roomSize?: number } = {},
): Promise<Outcome> {
  const { offset = 0, encoding = 'automatic', roomSize = 1 << 16 } = options;
  const warnings: string[] = [];
  const parts: Buffer[] = [];
  const done = (error?: string): Outcome => ({
    text: Buffer.concat(parts).toString('latin1'),
    error,
    warnings,
  });
  try {
    const { reader } = await decode(object, {
      name: 'x',
      encoding,
      offset,
      warn: (message) => warnings.push(message),
    });
    const room = new Uint8Array(roomSize);
    for (let size = await reader.read(room); size > 0; size = await reader.read(room)) {
      parts.push(Buffer.from(room.subarray(0, size)));
    }
    return done();
  } catch (error) {
    return done((error as Error).message);
  }
}

/** One raw block: what any decoder of zstd takes. */
function zstdFrame(text: string): Buffer {
  const header = (text.length << 3) | 1;
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length]),
    Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16]),
    Buffer.from(text),
  ]);
}

const text = fc
  .array(fc.constantFrom('a', 'bc', '{"x":1}\n', '\u00e9', 'zzzzzzzzzzzzzzzz'), {
    maxLength: 4_000,
  })
  .map((words) => words.join(''));

describe('an object', () => {
  it(`is the same whatever pieces it is read in (seed ${SEED})`, async () => {
    const sizes = fc.integer({ min: 1, max: 5_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), sizes, sizes, async (all, piece, room) => {
        const plain = Buffer.from(all.join(''), 'latin1');
        const members = all.map((one) => gzipSync(Buffer.from(one, 'latin1')));
        const wanted = { text: plain.toString('latin1'), error: undefined, warnings: [] };
        const options = { roomSize: room };
        expect(await decodeAll(stored(plain, piece), options)).toEqual(wanted);
        if (all.length === 0) return;
        const isTwice = plain[0] === 0x1f && plain[1] === 0x8b;
        if (isTwice) return;
        expect(await decodeAll(stored(Buffer.concat(members), piece), options)).toEqual(wanted);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it(`can be read from any place (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.nat(30_000), fc.boolean(), async (all, offset, isGzip) => {
        const plain = Buffer.from(all, 'latin1');
        const object = isGzip ? stored(gzipSync(plain)) : stored(plain);
        const found = await decodeAll(object, { offset });
        expect(found.text).toBe(plain.subarray(offset).toString('latin1'));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('costs itself, not the source, when it has thousands of members with nothing in them', async () => {
    const line = '{"x":"0123456789abcdefghijklmnop"}\n';
    const [whole, empty] = [gzipSync(line), gzipSync('')];
    const few = [whole, ...Array<Buffer>(9_000).fill(empty), whole];
    expect(await decodeAll(stored(Buffer.concat(few)))).toMatchObject({
      text: line + line,
      error: undefined,
    });
    const many = [whole, ...Array<Buffer>(10_001).fill(empty), whole];
    const said = /more than 10000 compressed members/;
    const found = await decodeAll(stored(Buffer.concat(many)));
    expect(found.text).toBe(line);
    expect(found.error).toMatch(said);
    const lines = await decodeAll(stored(Buffer.concat(Array<Buffer>(12_000).fill(whole))));
    expect(lines).toMatchObject({ text: line.repeat(12_000), error: undefined });
    if (!HAS_ZSTD) return;
    const frames = [zstdFrame(line), ...Array<Buffer>(10_002).fill(zstdFrame(''))];
    expect((await decodeAll(stored(Buffer.concat(frames)))).error).toMatch(said);
  });

  it(`that is cut off gives what comes before, and says so (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), async (all, where) => {
        const plain = Buffer.from(all, 'latin1');
        const whole = gzipSync(plain);
        const cut = 4 + (where % (whole.length - 4));
        const found = await decodeAll(stored(whole.subarray(0, cut), 700));
        expect(plain.toString('latin1').startsWith(found.text)).toBe(true);
        // Without its trailer all of it is there, unverified.
        if (cut >= whole.length - 8) {
          expect(found.text).toBe(plain.toString('latin1'));
          expect(found.warnings).toHaveLength(1);
        } else expect(found.error).toBe('gzip ends early');
      }),
      { seed: SEED, numRuns: 80 },
    );
  });

  it('that is cut off late gives nearly all of it', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `{"number":${index}}`).join('\n');
    const whole = gzipSync(lines);
    const found = await decodeAll(stored(whole.subarray(0, -100)));
    expect(lines.startsWith(found.text)).toBe(true);
    expect(found.text.length).toBeGreaterThan(lines.length - 2_000);
  });

  it('keeps what lies behind gzip out, with a warning', async () => {
    const bytes = Buffer.concat([gzipSync('a'), gzipSync('b'), Buffer.from('rest')]);
    for (const piece of [1, 7, 1_000]) {
      expect(await decodeAll(stored(bytes, piece))).toEqual({
        text: 'ab',
        error: undefined,
        warnings: ['trailing garbage ignored'],
      });
    }
  });

  it('is not decoded when nobody wants that', async () => {
    const bytes = gzipSync('a');
    const { text: found } = await decodeAll(stored(bytes), { encoding: 'identity' });
    expect(found).toBe(bytes.toString('latin1'));
  });

  it('of another format is refused by its name', async () => {
    const { error } = await decodeAll(stored(Buffer.from('PK\u0003\u0004')));
    expect(error).toBe('is zip, expected plain text, gzip or zstd');
  });

  it('in zstd is read where Node can, and else refused with the version that can', async () => {
    const bytes = Buffer.concat([zstdFrame('one '), zstdFrame('two')]);
    const { text: found, error } = await decodeAll(stored(bytes, 5));
    if (HAS_ZSTD && error === undefined) expect(found).toBe('one two');
    else expect(error).toMatch(/^is zstd, which Node reads from 22\.15 on, and this is v/);
  });
});
