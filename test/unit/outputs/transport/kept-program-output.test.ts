import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RetryQueue } from '../../../../engine/outputs/delivery/retry-queue.ts';
import { Spool } from '../../../../engine/outputs/delivery/spool/spool.ts';
import { KeptProgramOutput } from '../../../../engine/outputs/transport/kept-program-output.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const scratch = scratchFolder('kept-program');
const at = (name: string): string => join(scratch.path, name);
const linesOf = (name: string): string[] => readFileSync(at(name), 'utf8').trim().split('\n');
const numbers = (from: number, count: number): string[] =>
  someAlerts(from, count).map(({ line }) => line);
/** Line after line, with a pause of so many seconds after each. */
const slowly = (name: string, seconds: number): string =>
  `while read -r line; do echo "$line" >> ${at(name)}; sleep ${seconds}; done`;

async function start(program: string, spoolName?: string, closeTimeoutMs = 10_000) {
  const said: string[] = [];
  const output = new KeptProgramOutput({ program, closeTimeoutMs });
  const spool =
    spoolName === undefined
      ? undefined
      : new Spool({ folder: at(spoolName), sizeMax: 1 << 20, isLocked: true });
  const queue = new RetryQueue(output, {
    batchSizeMax: 50,
    triesMax: spool === undefined ? 8 : undefined,
    pauseMinMs: 1,
    pauseMaxMs: 20,
    spool,
    deadLetters: undefined,
    say: (text) => said.push(text),
  });
  await queue.open();
  return { output, queue, said };
}

/** As after SIGTERM: so many milliseconds are left. */
const within = (ms: number): { timeMaxMs: number; untilMs: () => number } => {
  const endMs = performance.now() + ms;
  return { timeMaxMs: 500, untilMs: () => endMs };
};
const patiently = { timeMaxMs: 500, untilMs: () => undefined };

describe('a program that is kept', () => {
  it('gets alerts as its lines, and has read all when it ends with 0', async () => {
    const { queue } = await start(`cat > ${at('all')}`);
    expect(await queue.deliver(someAlerts(1, 2))).toBe(true);
    expect(await queue.deliver(someAlerts(3))).toBe(true);
    expect(queue.counts).toMatchObject({ delivered: 0 });
    await queue.close(patiently);
    expect(linesOf('all')).toEqual(numbers(1, 3));
    expect(queue.counts).toMatchObject({ delivered: 3, undelivered: 0, waiting: 0, faults: 0 });
  });

  it('is trusted with what later alerts have pushed through its pipe', async () => {
    const output = new KeptProgramOutput({
      program: `cat > ${at('piped')}`,
      closeTimeoutMs: 9_000,
    });
    await output.open();
    const long = someAlerts(1, 100).map((alert) => ({ ...alert, line: 'x'.repeat(9_999) }));
    await output.deliver(long);
    const { unread } = output;
    expect(unread).toBeGreaterThan(20);
    expect(unread).toBeLessThan(60);
    await output.deliver(long);
    expect(output.unread).toBe(unread);
    await output.flush(() => 9_000);
    expect(output.unread).toBe(0);
  });

  it('that dies at its end gets everything again, from what it may not have read', async () => {
    const program = `if [ -e ${at('second')} ]; then cat >> ${at('got')}; else touch ${at('second')}; read a; kill -9 $$; fi`;
    const { queue } = await start(program);
    await queue.deliver(someAlerts(1, 3));
    await queue.close(patiently);
    expect(linesOf('got')).toEqual(numbers(1, 3));
    expect(queue.counts).toMatchObject({ delivered: 3, undelivered: 0 });
  });

  it('that dies between two alerts gets them again at once', async () => {
    const program = `if [ -e ${at('idle')} ]; then cat >> ${at('idle-got')}; else touch ${at('idle')}; sleep 0.05; exit 1; fi`;
    const { queue } = await start(program, 'idle-spool');
    await queue.deliver(someAlerts(1, 3));
    while (!existsSync(at('idle-got')) || linesOf('idle-got').length < 3) await sleep(5);
    await queue.close(patiently);
    expect(linesOf('idle-got')).toEqual(numbers(1, 3));
  });

  it('that is too slow for a stop misses nothing over several starts', async () => {
    const COUNT = 60;
    let given = 0;
    for (let round = 0; round < 3; round++) {
      const { queue, said } = await start(slowly('slow', 0.02), 'slow-spool');
      await queue.deliver(someAlerts(given + 1, COUNT / 3));
      given += COUNT / 3;
      const startMs = performance.now();
      await queue.close(within(2_000));
      expect(performance.now() - startMs).toBeLessThan(20_000);
      if (queue.counts.spooled > 0) expect(said.join()).toMatch(/did not end within \d+ ms/);
      expect(queue.counts).toMatchObject({ undelivered: 0, waiting: 0 });
    }
    const { queue } = await start(slowly('slow', 0), 'slow-spool');
    await queue.close(patiently);
    expect([...new Set(linesOf('slow'))]).toEqual(numbers(1, COUNT));
    expect(queue.counts.spooled).toBe(0);
  });

  it('and the process that feeds it, killed together, miss nothing', async () => {
    const first = await start(`sleep 60`, 'killed-spool');
    await first.queue.deliver(someAlerts(1, 20));
    while (first.queue.counts.spooled < 20) await sleep(5);
    // What is on disk is what the next process finds.
    first.output.onFailure = undefined;
    await first.output.close();
    const { queue } = await start(`cat >> ${at('killed')}`, 'killed-spool');
    await queue.close(patiently);
    expect(linesOf('killed')).toEqual(numbers(1, 20));
  });

  it('that ignores everything is ended with what it has started', async () => {
    writeFileSync(at('stubborn'), '');
    const program = `trap '' TERM; (trap '' TERM; sleep 2; echo late >> ${at('stubborn')}) & while true; do sleep 1; done`;
    const { queue } = await start(program, undefined, 100);
    await queue.deliver(someAlerts(1, 3));
    await queue.close(within(3_000));
    expect(queue.counts).toMatchObject({ delivered: 0, undelivered: 3 });
    await sleep(2_100);
    expect(readFileSync(at('stubborn'), 'utf8')).toBe('');
  });
});
