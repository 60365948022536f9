/* What a new file is: one of its own, or what is left of another one. */

import { describe, expect, it } from 'vitest';
import { FOLLOW_TIMES } from '../../../../engine/store/follow/follow-times.ts';
import { inherit, judgeNewFile } from '../../../../engine/store/follow/heirs.ts';
import { type Fate, TrackedFile } from '../../../../engine/store/follow/tracked-file.ts';

const NOW = 100_000;
interface Made {
  readonly head: string;
  readonly size?: number;
  readonly quiet?: number;
  readonly fate?: Fate;
  readonly compressed?: boolean;
  readonly offset?: number;
  readonly beingRead?: boolean;
}

let made = 0;
function file({ head, size = head.length, quiet = 0, ...more }: Made): TrackedFile {
  made += 1;
  const sight = { id: `${made}`, path: `${made}`, size, modifiedNs: 0n };
  const one = new TrackedFile(sight, true, NOW - quiet);
  one.head = Buffer.from(head);
  one.fate = more.fate ?? 'there';
  one.isCompressed = more.compressed ?? false;
  one.offset = more.offset ?? 0;
  one.isBeingRead = more.beingRead ?? false;
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
    expect(judged.kind === 'heir' && judged.of.fate === 'there').toBe(false);
  });

  it('goes on where the one was read to that it is a copy of', () => {
    const origin = file({ head: 'abc', offset: 3, fate: 'truncated' });
    origin.lines = 2;
    origin.knownAs = 'app.log';
    const heir = file({ head: 'abcdef' });
    inherit(heir, origin);
    expect(heir).toMatchObject({ offset: 3, lines: 2, seenEnd: 3, knownAs: 'app.log' });
  });
});
