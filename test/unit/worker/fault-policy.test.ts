import { describe, expect, it } from 'vitest';
import { decide, NO_FAULTS, type PluginHistory } from '../../../engine/worker/fault-policy.ts';

const BUDGET = { burst: 16, refillMs: 60_000, lostMsMax: 10_000 };
const KINDS = ['trap', 'deadline', 'crash', 'answer', 'denied', 'error'] as const;
const SPENT: PluginHistory = { budget: { left: 0, atMs: 0 }, withoutProgress: 0 };
const STUCK: PluginHistory = { budget: undefined, withoutProgress: 2 };

type Row = [
  side: 'source' | 'extractor',
  phase: 'start' | 'call',
  events: number,
  history: PluginHistory,
  /** By kind, in the order of KINDS. */
  decisions: readonly string[],
];

const all = (decision: string): string[] => KINDS.map(() => decision);
const butError = (decision: string): string[] => [
  ...Array(KINDS.length - 1).fill(decision),
  'give-up-stream',
];

const rows: Row[] = [
  ['source', 'start', 0, NO_FAULTS, all('give-up-stream')],
  ['source', 'call', 0, NO_FAULTS, butError('restart-source')],
  ['source', 'call', 0, STUCK, all('give-up-stream')],
  ['source', 'call', 0, SPENT, all('give-up-stream')],
  ['extractor', 'start', 0, NO_FAULTS, butError('quarantine')],
  ['extractor', 'start', 0, SPENT, butError('quarantine')],
  ['extractor', 'call', 2, NO_FAULTS, ['bisect', 'retry', 'retry', 'bisect', 'bisect', 'bisect']],
  ['extractor', 'call', 2048, SPENT, ['bisect', 'retry', 'retry', 'bisect', 'bisect', 'bisect']],
  ['extractor', 'call', 1, NO_FAULTS, all('without-plugin')],
  ['extractor', 'call', 1, STUCK, all('without-plugin')],
  ['extractor', 'call', 1, SPENT, all('quarantine')],
];

describe('the fault policy', () => {
  it.each(rows)(
    '%s at %s with %i events, history %j',
    (side, phase, eventCount, history, wanted) => {
      const found = KINDS.map(
        (kind) => decide(history, { side, phase, kind, eventCount }, 0, BUDGET).decision,
      );
      expect(found).toEqual(wanted);
    },
  );

  it('restarts a source after pauses that double, and gives it up when it makes no progress', () => {
    const fault = { side: 'source', phase: 'call', kind: 'trap', eventCount: 0 } as const;
    let history = NO_FAULTS;
    const found = [1, 2, 3].map(() => {
      const judgement = decide(history, fault, 0, BUDGET);
      history = judgement.history;
      return [judgement.decision, judgement.pauseMs];
    });
    expect(found).toEqual([
      ['restart-source', 100],
      ['restart-source', 200],
      ['give-up-stream', 0],
    ]);
  });

  it('never gives up a source of a stream without an end that was open', () => {
    const fault = { side: 'source', phase: 'start', eventCount: 0, isEndless: true } as const;
    let history = SPENT;
    const found = [...KINDS, ...KINDS, ...KINDS].map((kind) => {
      const judgement = decide(history, { ...fault, kind }, 0, BUDGET);
      history = judgement.history;
      expect(judgement.decision).toBe('restart-source');
      return judgement.pauseMs;
    });
    expect(found.slice(0, 3)).toEqual([100, 200, 400]);
    expect(found.at(-1)).toBe(60_000);
  });

  it('takes nothing from the budget for events among which the guilty one is still sought', () => {
    const fault = { side: 'extractor', phase: 'call', kind: 'trap', eventCount: 9 } as const;
    expect(decide(NO_FAULTS, fault, 0, BUDGET).history).toBe(NO_FAULTS);
  });

  const times: [secondsAndLoss: [at: number, lost: number][], decisions: string[]][] = [
    [
      [
        [0, 5],
        [5, 4],
      ],
      ['retry', 'retry'],
    ],
    [
      [
        [0, 5],
        [5, 5],
      ],
      ['retry', 'retry'],
    ],
    [
      [
        [0, 5],
        [5, 6],
      ],
      ['retry', 'quarantine'],
    ],
    [
      [
        [0, 5],
        [30, 5],
        [60, 5],
      ],
      ['retry', 'retry', 'retry'],
    ],
    [
      [
        [0, 5],
        [5, 5],
        [10, 5],
      ],
      ['retry', 'retry', 'quarantine'],
    ],
  ];
  it.each(times)(
    'does not call an extractor any more that takes too long over time: %j',
    (faults, wanted) => {
      let history = NO_FAULTS;
      const fault = { side: 'extractor', phase: 'call', kind: 'deadline', eventCount: 9 } as const;
      const found = faults.map(([at, lost]) => {
        const judgement = decide(history, { ...fault, lostMs: 1_000 * lost }, 1_000 * at, BUDGET);
        history = judgement.history;
        return judgement.decision;
      });
      expect(found).toEqual(wanted);
    },
  );

  it('gives up a source that has taken too long over time, and an extractor that is slow at once', () => {
    const lost: PluginHistory = { ...NO_FAULTS, lost: { ms: 6_000, atMs: 0 } };
    const source = {
      side: 'source',
      phase: 'call',
      kind: 'deadline',
      eventCount: 0,
      lostMs: 5_000,
    } as const;
    expect(decide(lost, source, 0, BUDGET).decision).toBe('give-up-stream');
    expect(decide(NO_FAULTS, source, 0, BUDGET).decision).toBe('restart-source');
    const slow = { side: 'extractor', phase: 'call', kind: 'slow', eventCount: 2_048 } as const;
    expect(decide(NO_FAULTS, slow, 0, BUDGET).decision).toBe('quarantine');
  });
});
