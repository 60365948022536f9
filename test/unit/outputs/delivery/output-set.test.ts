import type { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../engine/detect/alert/alert.ts';
import { OutputQueue } from '../../../../engine/outputs/delivery/output-queue.ts';
import { type Outlet, OutputSet } from '../../../../engine/outputs/delivery/output-set.ts';
import type { Output } from '../../../../engine/outputs/transport/output.ts';
import { StreamOutput } from '../../../../engine/outputs/transport/stream-output.ts';
import { someAlerts as alerts } from '../../../support/some-alerts.ts';

/** Takes a delivery when the test releases it. */
class ControlledOutput implements Output {
  readonly name: string;
  readonly lines: string[] = [];
  underway = 0;
  readonly #waiting: ((error?: Error) => void)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  async open(): Promise<void> {}

  async deliver(delivered: readonly Alert[]): Promise<void> {
    this.underway += 1;
    expect(this.underway).toBe(1);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push((error) => (error === undefined ? resolve() : reject(error)));
    });
    this.underway -= 1;
    for (const { line } of delivered) this.lines.push(line);
  }

  closes = 0;

  async close(): Promise<void> {
    this.closes += 1;
  }

  async take(error?: Error): Promise<void> {
    while (this.#waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    this.#waiting.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function setUp() {
  const fast = new ControlledOutput('fast');
  const slow = new ControlledOutput('slow');
  const ended: [name: string, reason: string | undefined][] = [];
  const outputs = new OutputSet(
    [fast, slow].map((output) => ({
      id: output.name,
      delivery: new OutputQueue(output, ({ name, end }) => ended.push([name, end?.reason])),
    })),
  );
  return { fast, slow, ended, outputs };
}

describe('outputs', () => {
  it('write nothing where their filter takes none of the alerts', async () => {
    let written = '';
    const stream = new Writable({
      write: (chunk, _, done) => {
        written += chunk;
        done();
      },
    });
    const delivery = new OutputQueue(new StreamOutput('a', stream), () => {});
    const outputs = new OutputSet([{ id: 'a', delivery, select: () => [] }]);
    expect(await outputs.deliver(alerts(1, 3))).toBe(true);
    await outputs.close();
    expect(written).toBe('');
  });

  it('count the alerts that no filter takes, each once', async () => {
    const kept = (name: string, from: number): Outlet => ({
      id: name,
      delivery: new OutputQueue(
        new StreamOutput(name, new Writable({ write: (_, __, done) => done() })),
        () => {},
      ),
      select: (some) => some.filter(({ eventNumber }) => eventNumber >= from),
    });
    const outputs = new OutputSet([kept('a', 3), kept('b', 5)]);
    await outputs.deliver(alerts(1, 6));
    expect(outputs.unclaimed).toBe(2);
    const all = new OutputSet([kept('a', 3), kept('b', 0)]);
    await all.deliver(alerts(1, 6));
    expect(all.unclaimed).toBe(0);
  });

  it('do not wait for each other; a delivery is over when all of them have it', async () => {
    const { fast, slow, outputs } = setUp();
    let isOver = false;
    const first = outputs.deliver(alerts(1)).then(() => {
      isOver = true;
    });
    const second = outputs.deliver(alerts(2));
    await fast.take();
    await fast.take();
    expect(fast.lines).toEqual(['1', '2']);
    expect(slow.lines).toEqual([]);
    expect(isOver).toBe(false);
    await slow.take();
    await first;
    await slow.take();
    await second;
    expect(slow.lines).toEqual(['1', '2']);
  });

  it('that fail end alone, are reported once, and the alerts that wait for them are counted', async () => {
    const { fast, slow, ended, outputs } = setUp();
    const all = [outputs.deliver(alerts(1, 3)), outputs.deliver(alerts(4, 2))];
    await slow.take(new Error('full'));
    await fast.take();
    await fast.take();
    await Promise.all(all);
    expect(fast.lines).toEqual(['1', '2', '3', '4', '5']);
    expect(ended).toEqual([['slow', 'full']]);
    expect(outputs.reports).toMatchObject([
      { name: 'fast', counts: { delivered: 5, undelivered: 0 }, end: undefined },
      { name: 'slow', counts: { delivered: 0, undelivered: 5 }, end: { reason: 'full' } },
    ]);
    expect(outputs.isOver).toBe(false);
  });

  it('leave no listeners behind after thousands of deliveries under back-pressure', async () => {
    const written: string[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      write: (chunk, _encoding, done) => {
        written.push(String(chunk));
        setImmediate(done);
      },
    });
    const outputs = new OutputSet([
      { id: 's', delivery: new OutputQueue(new StreamOutput('stream', stream), () => {}) },
    ]);
    const listeners = (): number =>
      (stream as EventEmitter)
        .eventNames()
        .reduce((sum, name) => sum + stream.listenerCount(name), 0);
    await outputs.open();
    const before = listeners();
    await Promise.all(Array.from({ length: 5_000 }, (_, index) => outputs.deliver(alerts(index))));
    expect(listeners()).toBe(before);
    expect(written.slice(1)).toEqual(Array.from({ length: 5_000 }, (_, index) => `${index}\n`));
  });

  it('are closed once, whoever asks for it', async () => {
    const { fast, slow, outputs } = setUp();
    await Promise.all([outputs.close(), outputs.close()]);
    await outputs.close();
    expect([fast.closes, slow.closes]).toEqual([1, 1]);
  });
});
