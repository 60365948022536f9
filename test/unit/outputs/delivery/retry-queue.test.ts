import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../../../engine/outputs/delivery/spool/spool.ts';
import { UndeliveredFile } from '../../../../engine/outputs/delivery/undelivered-file.ts';
import { OutputFault } from '../../../../engine/outputs/transport/output-fault.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';
import { away, copyAsKilled, pause, refused, setUp } from '../../../support/tested-output.ts';

const SEED = 22;
const scratch = scratchFolder('retry-queue');
let names = 0;
const newPath = (): string => join(scratch.path, `p${names++}`);
const numbers = (from: number, count: number): string[] =>
  someAlerts(from, count).map(({ line }) => line);
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('a receiver that may be away', () => {
  it('gets everything in order once it is back, with one report each time', async () => {
    const { output, queue, said } = await setUp();
    let tries = 0;
    output.behave = () => (++tries < 5 ? away() : undefined);
    const all = await Promise.all([queue.deliver(someAlerts(1, 3)), queue.deliver(someAlerts(4))]);
    expect(all).toEqual([true, true]);
    expect(output.lines).toEqual(numbers(1, 4));
    expect(said).toEqual(['away; alerts are retried', 'alerts are delivered again']);
    expect(queue.counts).toMatchObject({ delivered: 4, faults: 4, waiting: 0, undelivered: 0 });
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
  });

  it('that took a part of a delivery gets only the rest', async () => {
    const { output, queue } = await setUp();
    output.behave = (alerts) => (alerts.length > 2 ? away(2) : undefined);
    expect(await queue.deliver(someAlerts(1, 7))).toBe(true);
    expect(output.lines).toEqual(numbers(1, 7));
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
  });

  it('gets what has come meanwhile in one delivery, no larger than a batch', async () => {
    const { output, queue } = await setUp({ batchSizeMax: 10 });
    let open: () => void = () => {};
    output.behave = () => new Promise<void>((resolve) => (open = resolve));
    const all = Array.from({ length: 25 }, (_, index) => queue.deliver(someAlerts(index + 1)));
    await until(() => output.sizes.length === 1);
    output.behave = () => {};
    open();
    await Promise.all(all);
    expect(output.sizes).toEqual([10, 10, 5]);
    expect(output.lines).toEqual(numbers(1, 25));
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
  });

  it('that refuses one alert of many gets all others; that one is kept with the reason', async () => {
    const path = newPath();
    const deadLetters = new UndeliveredFile(path, 'tested', () => {});
    const { output, queue } = await setUp({ deadLetters });
    output.behave = (alerts) => (alerts.some(({ line }) => line === '13') ? refused() : undefined);
    expect(await queue.deliver(someAlerts(1, 40))).toBe(true);
    expect(output.lines).toEqual(numbers(1, 40).filter((line) => line !== '13'));
    expect(queue.counts).toMatchObject({ delivered: 39, deadLetters: 1, undelivered: 0 });
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
    const letter = JSON.parse(readFileSync(path, 'utf8'));
    expect(letter).toMatchObject({ output: 'tested', reason: 'bad alert', alert: { line: '13' } });
  });

  it('that never comes is given up after so many tries; what comes later is tried now and then', async () => {
    const { output, queue } = await setUp({ triesMax: 3, pauseMaxMs: 50 });
    output.behave = () => away();
    expect(await queue.deliver(someAlerts(1, 2))).toBe(false);
    expect(output.sizes).toEqual([2, 2, 2]);
    expect(await queue.deliver(someAlerts(3))).toBe(false);
    expect(output.sizes).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 60));
    output.behave = () => {};
    expect(await queue.deliver(someAlerts(4))).toBe(true);
    expect(output.lines).toEqual(['4']);
    expect(queue.counts).toMatchObject({ delivered: 1, undelivered: 3 });
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
  });

  it('keeps what it refuses waiting while dead letters cannot be written', async () => {
    const path = join(newPath(), 'letters.jsonl');
    const said: string[] = [];
    const deadLetters = new UndeliveredFile(path, 'tested', (text) => said.push(text));
    const { output, queue } = await setUp({ deadLetters });
    rmSync(dirname(path), { recursive: true });
    output.behave = (alerts) => (alerts.some(({ line }) => line === '2') ? refused() : undefined);
    const given = queue.deliver(someAlerts(1, 3));
    await until(() => said.length > 0);
    expect(said[0]).toMatch(/letters.jsonl cannot be written: it does not exist; alerts wait/);
    expect(queue.counts).toMatchObject({ deadLetters: 0, undelivered: 0 });
    mkdirSync(dirname(path));
    expect(await given).toBe(true);
    expect(output.lines).toEqual(['1', '3']);
    expect(queue.counts).toMatchObject({ delivered: 2, deadLetters: 1, undelivered: 0 });
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
  });

  it('is left alone as long as it asks for', async () => {
    const { output, queue } = await setUp({ pauseMaxMs: 80 });
    const times: number[] = [];
    output.behave = () => {
      times.push(performance.now());
      if (times.length === 1) throw new OutputFault('away', 'busy', { pauseMs: 60 });
    };
    await queue.deliver(someAlerts(1));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(59);
    await queue.close({ timeMaxMs: 10, untilMs: () => undefined });
  });

  it('keeps nobody waiting where there is a spool, and gets what waited first', async () => {
    const spool = new Spool({ folder: newPath(), sizeMax: 1 << 20 });
    const { output, queue } = await setUp({ spool });
    let isBack = false;
    output.behave = () => (isBack ? undefined : away());
    for (let from = 1; from <= 100; from += 10) {
      expect(await queue.deliver(someAlerts(from, 10))).toBe(true);
    }
    expect(queue.counts).toMatchObject({ delivered: 0, waiting: 0, spooled: 100 });
    isBack = true;
    await until(() => output.lines.length === 100);
    expect(await queue.deliver(someAlerts(101))).toBe(true);
    await queue.close({ timeMaxMs: 1_000, untilMs: () => undefined });
    expect(output.lines).toEqual(numbers(1, 101));
    expect(queue.counts).toMatchObject({ delivered: 101, spooled: 0 });
  });

  it('gets after a new start what it did not get before', async () => {
    const folder = newPath();
    const before = await setUp({ spool: new Spool({ folder, sizeMax: 1 << 20 }) });
    before.output.behave = () => away();
    const given = before.queue.deliver(someAlerts(1, 5));
    await before.queue.close({ timeMaxMs: 0, untilMs: () => undefined });
    expect(await given).toBe(true);
    expect(before.queue.counts).toMatchObject({ spooled: 5, undelivered: 0 });
    const after = await setUp({ spool: new Spool({ folder, sizeMax: 1 << 20 }) });
    await after.queue.deliver(someAlerts(6));
    await after.queue.close({ timeMaxMs: 1_000, untilMs: () => undefined });
    expect(after.output.lines).toEqual(numbers(1, 6));
    expect(after.said).toEqual(['5 alerts of an earlier run are sent first']);
  });

  it('is not waited for at the end when there is haste; what is on disk stays there', async () => {
    const spool = new Spool({ folder: newPath(), sizeMax: 1 << 20 });
    const { output, queue } = await setUp({ spool, batchSizeMax: 1 });
    let isBack = false;
    output.behave = () =>
      isBack ? new Promise<void>((resolve) => setTimeout(resolve, 20)) : away();
    expect(await queue.deliver(someAlerts(1, 200))).toBe(true);
    isBack = true;
    await until(() => output.lines.length > 2);
    const endMs = performance.now() + 1_500;
    await queue.close({ timeMaxMs: 500, untilMs: () => endMs });
    const { delivered, spooled, undelivered } = queue.counts;
    expect(output.lines.length).toBeLessThan(100);
    expect(delivered + spooled).toBe(200);
    expect(undelivered).toBe(0);
  });

  it('makes the pipeline wait when its spool is full; nothing is lost, and it is reported once', async () => {
    const spool = new Spool({ folder: newPath(), sizeMax: 1_500 });
    const { output, queue, said } = await setUp({ spool });
    let isBack = false;
    output.behave = () => (isBack ? undefined : away());
    let settled = 0;
    const all = Array.from({ length: 10 }, (_, index) =>
      queue.deliver(someAlerts(4 * index + 1, 4)).then((isThere) => {
        settled += 1;
        return isThere;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(settled).toBeLessThan(10);
    expect(queue.counts.spooled + queue.counts.waiting).toBe(40);
    isBack = true;
    expect(await Promise.all(all)).toEqual(Array.from({ length: 10 }, () => true));
    await queue.close({ timeMaxMs: 1_000, untilMs: () => undefined });
    expect(output.lines).toEqual(numbers(1, 40));
    expect(said.filter((text) => text.includes('full'))).toHaveLength(1);
  });

  it('loses nothing while its spool cannot be written, and goes on when it can', async () => {
    const folder = newPath();
    const { output, queue, said } = await setUp({ spool: new Spool({ folder, sizeMax: 1 << 20 }) });
    // As where a disk is full: no segment can be made.
    rmSync(folder, { recursive: true });
    let isBack = false;
    output.behave = () => (isBack ? undefined : away());
    let isSettled = false;
    const given = queue.deliver(someAlerts(1, 3)).finally(() => {
      isSettled = true;
    });
    await until(() => said.some((text) => text.includes('it does not exist')));
    expect(isSettled).toBe(false);
    mkdirSync(folder);
    expect(await given).toBe(true);
    expect(queue.counts).toMatchObject({ spooled: 3, waiting: 0 });
    isBack = true;
    await queue.close({ timeMaxMs: 1_000, untilMs: () => undefined });
    expect(output.lines).toEqual(numbers(1, 3));
  });

  it('that answers nothing when the run ends loses what is in memory, and it is counted', async () => {
    const { output, queue } = await setUp();
    output.behave = () => new Promise(() => {});
    const given = queue.deliver(someAlerts(1, 3));
    await queue.close({ timeMaxMs: 20, untilMs: () => undefined });
    expect(await given).toBe(false);
    expect(queue.counts).toMatchObject({ undelivered: 3, waiting: 0 });
    expect(queue.end).toBeDefined();
  });

  it(`gets everything in order, whatever fails when (seed ${SEED})`, async () => {
    const fault = fc.oneof(
      { weight: 3, arbitrary: fc.constant('taken') },
      fc.record({ taken: fc.integer({ min: 0, max: 5 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (faults, sizes, hasSpool) => {
          const spool = hasSpool ? new Spool({ folder: newPath(), sizeMax: 2_000 }) : undefined;
          const { output, queue } = await setUp({ spool, batchSizeMax: 5 });
          const left = [...faults];
          output.behave = (alerts) => {
            const next = left.shift();
            if (typeof next === 'object') away(Math.min(next.taken, alerts.length - 1));
          };
          let given = 0;
          const all = sizes.map((size) => {
            given += size;
            return queue.deliver(someAlerts(given - size + 1, size));
          });
          expect((await Promise.all(all)).every((isThere) => isThere)).toBe(true);
          await queue.close({ timeMaxMs: 1_000, untilMs: () => undefined });
          expect(output.lines).toEqual(numbers(1, given));
        },
      ),
      { seed: SEED, numRuns: 30 },
    );
  });

  it(`has all alerts that count as kept after a kill, however slow it is (seed ${SEED})`, async () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 6 }),
      pauseMs: fc.integer({ min: 0, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 3 }),
        fc.nat({ max: 19 }),
        async (steps, delays, spillAfterMs, killAt) => {
          const [folder, killed] = [newPath(), newPath()];
          const spool = new Spool({ folder, sizeMax: 1 << 20, segmentSize: 600, isLocked: true });
          const { output, queue } = await setUp({ spool, batchSizeMax: 4, spillAfterMs });
          let turn = 0;
          output.behave = async () => {
            const delay = delays[turn++ % delays.length] ?? 0;
            if (delay < 0 && turn < 40) away();
            await pause(delay);
          };
          let [given, kept] = [0, 0];
          let atKill: { kept: number; lines: string[] } | undefined;
          const all = steps.map(async ({ size }, index) => {
            await pause(steps.slice(0, index).reduce((sum, { pauseMs }) => sum + pauseMs, 0));
            const from = given + 1;
            given += size;
            const isKept = await queue.deliver(someAlerts(from, size));
            kept = Math.max(kept, from + size - 1);
            if (index === killAt) atKill = await copyAsKilled(folder, killed, () => kept, output);
            return isKept;
          });
          expect(await Promise.all(all)).toEqual(steps.map(() => true));
          await queue.close({ timeMaxMs: 5_000, untilMs: () => undefined });
          expect(output.lines).toEqual(numbers(1, given));
          expect(queue.counts).toMatchObject({ delivered: given, spooled: 0, undelivered: 0 });
          if (atKill === undefined) return;
          const left = await setUp({ spool: new Spool({ folder: killed, sizeMax: 1 << 20 }) });
          await left.queue.close({ timeMaxMs: 5_000, untilMs: () => undefined });
          const got = new Set([...atKill.lines, ...left.output.lines]);
          expect(numbers(1, atKill.kept).filter((line) => !got.has(line))).toEqual([]);
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });
});
