/* What may happen to a followed file, and what may not: everything else is a defect of whoever says that it did. */

import type { FileHandle } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrackedFile } from '../../../../engine/store/follow/tracked-file.ts';

const SEED = 31;
const HANDLE = { close: async () => {} } as FileHandle;
const HEAD = { isCompressed: false, bytes: Buffer.from('abc') };

let made = 0;
function create(standing: 'held' | 'followed' | 'aside' = 'followed'): TrackedFile {
  made += 1;
  const sight = { id: `${made}`, path: `${made}.log`, size: 9, modifiedNs: 0n };
  return new TrackedFile(sight, standing, 0);
}

/** Verbs for which something must hold before, each of a file for which it does not. */
const FORBIDDEN: Record<string, () => void> = {
  'is judged twice': () => create('followed').judge('aside'),
  'is read before it is judged': () => create('held').beginRun(1),
  'is read beside the one that is followed': () => create('aside').beginRun(1),
  'has a run behind a later one': () => {
    const file = create();
    file.beginRun(2);
    file.beginRun(2);
  },
  'has a run when it was cut': () => {
    const file = create();
    file.leave('truncated', 0);
    file.beginRun(1);
  },
  'gives what was not read': () => create().give(1, Buffer.from('\n')),
  'was read to before its beginning': () =>
    create().settle({ offset: -1, lines: 0, seenEnd: 0, isRestGiven: false }),
  'is given up while it is there': () => void create().giveUp(),
  'is cut twice': () => {
    const file = create();
    file.leave('truncated', 0);
    file.leave('gone', 0);
  },
  'is cut and open': () => {
    const file = create();
    file.attach(HANDLE);
    file.leave('truncated', 0);
  },
  'is opened twice': () => {
    const file = create();
    file.attach(HANDLE);
    file.attach(HANDLE);
  },
  'was cut before the look': () => {
    const file = create();
    file.leave('truncated', 0);
    file.see(1, 0n, 0);
  },
  'is back and was not away': () => create().comeBack(),
  'has an heir while it is there': () => create().handOverTo(create('held')),
  'has an heir that is followed already': () => {
    const file = create();
    file.leave('truncated', 0);
    file.handOverTo(create('followed'));
  },
  'has two heirs': () => {
    const file = create();
    file.leave('truncated', 0);
    file.handOverTo(create('held'));
    file.handOverTo(create('held'));
  },
  'has an heir and is being read': () => {
    const file = create();
    file.beginRun(1);
    file.leave('truncated', 0);
    file.handOverTo(create('held'));
  },
};

describe('a followed file never', () => {
  it.each(Object.keys(FORBIDDEN))('%s', (what) => {
    expect(FORBIDDEN[what]).toThrow(/^defect: /);
  });
});

/** Verbs in any order: those that may not be are refused, and whatever else happens the file stays sound. */
const verbs = fc.oneof(
  fc.constant((file: TrackedFile) => file.judge('followed')),
  fc.nat(20).map((run) => (file: TrackedFile) => file.beginRun(run)),
  fc.constant((file: TrackedFile) => file.resumeRun()),
  fc.constant((file: TrackedFile) => file.endRun()),
  fc.nat(30).map((position) => (file: TrackedFile) => file.reach(position)),
  fc.nat(30).map((end) => (file: TrackedFile) => file.give(end, Buffer.alloc(1))),
  fc.nat(30).map((offset) => (file: TrackedFile) => {
    file.settle({ offset, lines: offset, seenEnd: offset, isRestGiven: false });
  }),
  fc.nat(30).map((size) => (file: TrackedFile) => file.see(size, 1n, 1)),
  fc.constant((file: TrackedFile) => file.recognize(HEAD, file.size)),
  fc.constant((file: TrackedFile) => file.attach(HANDLE)),
  fc.constant((file: TrackedFile) => void file.detach()),
  fc
    .constantFrom<'gone' | 'truncated'>('gone', 'truncated')
    .map((kind) => (file: TrackedFile) => file.leave(kind, 1)),
  fc.constant((file: TrackedFile) => file.comeBack()),
  fc.constant((file: TrackedFile) => file.passOver()),
  fc.constant((file: TrackedFile) => void file.giveUp()),
  fc.constant((file: TrackedFile) => file.handOverTo(create('held'))),
);

describe('every state of a followed file', () => {
  it(`what must hold of it does (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.array(verbs, { maxLength: 40 }), (all) => {
        const file = create('held');
        let hasHeir = false;
        let wasCut = false;
        for (const verb of all) {
          const before = file.readTo;
          try {
            verb(file);
          } catch (error) {
            expect(String(error)).toContain('defect: ');
          }
          expect(file.readTo).toBeGreaterThanOrEqual(before);
          expect(file.readTo).toBeGreaterThanOrEqual(file.progress.offset);
          expect(file.readTo).toBeGreaterThanOrEqual(file.tail.end);
          // What was cut, or goes on elsewhere, stays so.
          if (wasCut) expect(file.isCut).toBe(true);
          if (hasHeir) expect(file.present).not.toBe(file);
          wasCut = file.isCut;
          hasHeir = file.present !== file;
          if (file.isCut) expect(file.handle).toBeUndefined();
          if (file.isCut || file.standing !== 'followed')
            expect(file.hasNews(1_000_000, 0)).toBe(false);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
