import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  UNREADABLE_RUNS_MAX,
  UnreadableRuns,
} from '../../../../engine/run/stream/unreadable-runs.ts';

describe('runs in which nothing could be read', () => {
  it('are those with a finding and without an event, once they are over', () => {
    const runs = new UnreadableRuns();
    runs.add('#1/1.json', 'not JSON');
    runs.add('#1/1.json', 'not JSON either');
    expect(runs.take(0)).toEqual([]);
    expect(runs.take(1)).toEqual([{ run: 1, reason: 'not JSON' }]);
    expect(runs.take(1)).toEqual([]);
  });

  it('are none where the plugin names a file', () => {
    const runs = new UnreadableRuns();
    runs.add('a.json', 'not JSON');
    expect(runs.take(9)).toEqual([]);
  });

  it('are so many at most, whatever a plugin reports', () => {
    const runs = new UnreadableRuns();
    for (let run = 1; run <= UNREADABLE_RUNS_MAX + 5; run++) runs.add(`#${run}/x`, 'no');
    expect(runs.take(Number.MAX_SAFE_INTEGER)).toHaveLength(UNREADABLE_RUNS_MAX);
  });

  it('never gave an event, however calls, runs and findings follow each other', () => {
    // In each call some runs are read; each has events, findings, or both.
    const call = fc.array(fc.record({ events: fc.nat(2), findings: fc.nat(2) }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 12 }), (calls) => {
        const runs = new UnreadableRuns();
        const readable = new Set<number>();
        const broken = new Set<number>();
        let run = 0;
        for (const read of calls) {
          let events = 0;
          for (const one of read) {
            run += 1;
            events += one.events;
            if (one.events > 0) readable.add(run);
            else if (one.findings > 0 && read.length === 1) broken.add(run);
            for (let count = 0; count < one.findings; count++) runs.add(`#${run}/x`, 'no');
          }
          if (events > 0) runs.gaveEvents(run);
          for (const refused of runs.take(run)) {
            expect(readable).not.toContain(refused.run);
            broken.delete(refused.run);
          }
        }
        // One that was read in a call of its own is never missed.
        expect([...broken]).toEqual([]);
      }),
    );
  });
});
