/*
 * Every function that a plugin exports, and every one that runs without being called, with every misdeed. All of them are
 * tried in `npm run test:all`; in `npm test` a part, with each function and each misdeed among them.
 */

import { describe, it } from 'vitest';
import {
  contain,
  HOSTILE_EXTRACTOR,
  HOSTILE_SOURCE,
  LOOPING_EXTRACTOR,
  LOOPING_SOURCE,
} from '../support/containment.ts';
import {
  buildPlugin,
  type ExtractorBody,
  extractorModule,
  NOTHING_FOUND,
  type SourceBody,
  sourceModule,
} from '../support/hostile-module.ts';
import { stepOf } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('attacks-on-exports');
const P = 'tiercel:plugin/';
const V = '@0.1.0#';

interface Misdeed {
  readonly does: string;
  readonly said: RegExp;
}

const MISDEEDS: Readonly<Record<string, Misdeed>> = {
  loops: { does: '(loop $forever (br $forever))', said: /no answer within the time limit/ },
  traps: { does: 'unreachable', said: /unreachable/ },
  'calls itself without end': { does: '(call $again)', said: /call stack/ },
  'takes all memory': {
    does: '(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable',
    said: /unreachable/,
  },
  'answers from outside of its memory': {
    does: '(return (i32.const -4))',
    said: /out of bounds|outside|wrong answer|not aligned|pointer/i,
  },
};
const RECURSION = '(func $again (call $again))';

/** What runs when a plugin is instantiated has no answer, nor has what runs after one was taken. */
const WITHOUT_ANSWER = new Set(['start', 'post-return', 'acknowledge', 'close']);

const STEP = stepOf(8);

function rowsOf<Place extends string>(places: readonly Place[]): [Place, string, Misdeed][] {
  return places.flatMap((place, at) =>
    Object.entries(MISDEEDS)
      .filter((_, index) => (at + index) % STEP === 0)
      .filter(([does]) => !(does.startsWith('answers') && WITHOUT_ANSWER.has(place)))
      .map(([does, misdeed]): [Place, string, Misdeed] => [place, does, misdeed]),
  );
}

const atStart = (does: string): string => `${RECURSION} (func $start ${does}) (start $start)`;

describe('an extractor', () => {
  const places = ['start', 'init', 'configure', 'extract', 'realloc', 'post-return'] as const;
  const bodyOf = (place: (typeof places)[number], does: string): ExtractorBody => {
    if (place === 'start') return { extract: NOTHING_FOUND, more: atStart(does) };
    if (place === 'extract') return { extract: `${does} ${NOTHING_FOUND}`, more: RECURSION };
    if (place !== 'post-return') return { extract: NOTHING_FOUND, more: RECURSION, [place]: does };
    const after = `(func (export "cabi_post_${P}extractor${V}extract") (param i32) ${does})`;
    return { extract: NOTHING_FOUND, more: `${RECURSION} ${after}` };
  };

  it.each(rowsOf(places))('whose %s %s', async (place, name, { does, said }) => {
    const module = extractorModule(bodyOf(place, does));
    const manifest = name === 'loops' ? LOOPING_EXTRACTOR : HOSTILE_EXTRACTOR;
    const path = await buildPlugin(folder.path, module, manifest);
    await contain(path, 'extractor', { code: 3, said });
  });
});

describe('a source', () => {
  const places = [
    'start',
    'init',
    'open',
    'next',
    'checkpoint',
    'resume',
    'acknowledge',
    'close',
    'realloc',
  ] as const;
  /** After its first event it ends, so that what comes then is called as well. */
  const END = '(i32.store8 (i32.const 1028) (i32.const 2)) (return (i32.const 1024))';
  const bodyOf = (place: (typeof places)[number], does: string): SourceBody => {
    if (place === 'start') return { more: atStart(does), next: END };
    if (place === 'next') return { more: RECURSION, next: does };
    // It is resumed where it stood when it failed.
    if (place === 'resume') return { more: RECURSION, next: 'unreachable', resume: does };
    return { more: RECURSION, next: END, [place]: does };
  };
  const isBeforeReading = (place: string): boolean => ['start', 'init', 'open'].includes(place);

  it.each(rowsOf(places))('whose %s %s', async (place, name, { does, said }) => {
    const module = sourceModule(bodyOf(place, does));
    const manifest = name === 'loops' ? LOOPING_SOURCE : HOSTILE_SOURCE;
    const path = await buildPlugin(folder.path, module, manifest);
    await contain(path, 'source', { code: isBeforeReading(place) ? 1 : 3, said });
  });
});
