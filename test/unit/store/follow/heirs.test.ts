/* What a new file is: one of its own, or what is left of another one. */

import { describe, expect, it } from 'vitest';
import type { FateKind } from '../../../../engine/store/follow/file-values.ts';
import { FOLLOW_TIMES } from '../../../../engine/store/follow/follow-times.ts';
import { judgeNewFile } from '../../../../engine/store/follow/heirs.ts';
import { TrackedFile } from '../../../../engine/store/follow/tracked-file.ts';

const NOW = 100_000;
interface Made {
  readonly head: string;
  readonly size?: number;
  readonly quiet?: number;
  readonly fate?: FateKind;
  readonly compressed?: boolean;
  readonly offset?: number;
  readonly beingRead?: boolean;
}

let made = 0;
function file({ head, size = head.length, quiet = 0, ...more }: Made): TrackedFile {
  made += 1;
  const sight = { id: `${made}`, path: `${made}`, size, modifiedNs: 0n };
  const { fate = 'there', compressed = false, offset = 0, beingRead = false } = more;
  const one = new TrackedFile(sight, 'held', NOW - quiet);
  one.recognize({ isCompressed: compressed, bytes: Buffer.from(head) }, size);
  one.settle({ offset, lines: 0, seenEnd: 0, isRestGiven: false });
  if (fate !== 'there') one.leave(fate, NOW);
  if (beingRead) one.resumeRun();
  return one;
}

const LONG = FOLLOW_TIMES.copyMs;
const old = (more: Partial<Made> = {}): Made => ({ head: 'abc', offset: 3, ...more });
const CASES: readonly (readonly [
  what: string,
  file: Made,
  others: readonly Made[],
  verdict: string,
])[] = [
  ['nothing like it', { head: 'x' }, [old()], 'own'],
  ['nothing in it yet', { head: '' }, [old()], 'hold'],
  ['like one that is there, and young', { head: 'abcd' }, [old()], 'hold'],
  ['like one that is there, and quiet', { head: 'abcd', quiet: LONG }, [old()], 'own'],
  ['a copy of one that was cut', { head: 'abcd' }, [old({ fate: 'truncated' })], 'heir'],
  ['a copy of one that is gone', { head: 'abcd' }, [old({ fate: 'gone' })], 'heir'],
  [
    'a copy of one that is still read',
    { head: 'abc' },
    [old({ fate: 'gone', beingRead: true })],
    'hold',
  ],
  ['a copy that is not whole', { head: 'abc' }, [old({ fate: 'gone', offset: 9 })], 'hold'],
  [
    'a copy that never was whole',
    { head: 'abc', quiet: LONG },
    [old({ fate: 'gone', offset: 9 })],
    'own',
  ],
  ['less than the beginning of one', { head: 'ab' }, [old({ fate: 'gone' })], 'hold'],
  ['compressed, young', { head: 'abc', compressed: true }, [], 'hold'],
  ['compressed, quiet', { head: 'abc', compressed: true, quiet: LONG }, [], 'own'],
  [
    'compressed out of one that is gone',
    { head: 'abc', size: 1, compressed: true, quiet: LONG },
    [old({ fate: 'gone' })],
    'heir',
  ],
  ['like two: the one that is gone', { head: 'abc' }, [old(), old({ fate: 'gone' })], 'heir'],
];

describe('a new file', () => {
  it.each(CASES)('%s', (_what, one, others, verdict) => {
    const all = others.map(file);
    const judged = judgeNewFile(file(one), all, NOW, FOLLOW_TIMES);
    expect(judged.kind).toBe(verdict);
    // Who is there has its bytes itself.
    const isOfOneThere = judged.kind === 'heir' && judged.of.isThere;
    expect(isOfOneThere).toBe(false);
  });

  it('goes on where the one was read to that it is a copy of', () => {
    const sight = { id: '1', path: 'app.log', size: 3, modifiedNs: 0n };
    const origin = new TrackedFile(sight, 'followed', NOW);
    origin.settle({ offset: 3, lines: 2, seenEnd: 3, isRestGiven: true });
    origin.leave('truncated', NOW);
    const heir = file({ head: 'abcdef' });
    origin.handOverTo(heir);
    expect(origin.present).toBe(heir);
    expect(heir).toMatchObject({ knownAs: 'app.log', standing: 'followed', readTo: 3 });
    expect(heir.progress).toEqual({ offset: 3, lines: 2, seenEnd: 3, isRestGiven: false });
  });
});
