/* A batch that ends whoever evaluates it is not tried for ever, and holds up no other one. */

import { describe, expect, it } from 'vitest';
import { EvaluationPool } from '../../../../engine/run/evaluate/evaluation-pool.ts';
import type { EvaluationRequest } from '../../../../engine/run/evaluate/evaluation-protocol.ts';
import { packAlerts } from '../../../../engine/run/evaluate/packed-alerts.ts';
import type { NumberedBatch } from '../../../../engine/run/stream/stream-protocol.ts';
import { CONTROL_SIZE, WorkerControl } from '../../../../engine/worker/worker-control.ts';
import type { WorkerEvents } from '../../../../engine/worker/worker-handle.ts';

const LOG = { lines: [], unlisted: new Map() };
const RESULT = {
  alerts: packAlerts([], new Map()),
  partial: [],
  faults: [],
  quarantined: [],
  log: LOG,
  costs: { plugins: new Map(), rules: new Map(), conditionsMs: 0, alertsMs: 0 },
};

const batchAt = (firstEventNumber: number): NumberedBatch => ({
  slot: 0,
  eventCount: 10,
  dataSize: 0,
  ownData: undefined,
  firstEventNumber,
  firstTime: 0n,
});

/** Workers that end over the batch that begins with `guilty`. */
function poolOver(guilty: number) {
  const tries: boolean[] = [];
  const said: string[] = [];
  const takeThread = () => {
    let events: WorkerEvents | undefined;
    const post = ({
      job,
      ...request
    }: EvaluationRequest & { job?: { batch: NumberedBatch; isCareful: boolean } }) => {
      queueMicrotask(() => {
        if (request.kind === 'start') events?.onMessage({ kind: 'started', ...RESULT });
        else if (job?.batch.firstEventNumber !== guilty)
          events?.onMessage({ kind: 'result', result: RESULT });
        else {
          tries.push(job.isCareful);
          events?.onEnd(new Error('out of memory'), true);
        }
      });
    };
    return {
      control: new WorkerControl(new SharedArrayBuffer(CONTROL_SIZE)),
      isProcess: false,
      listen: (given: WorkerEvents) => {
        events = given;
      },
      post,
      end: async () => {},
      unref: () => {},
      ref: () => {},
    };
  };
  const rule = { name: 'r', priority: 'Notice', source: 's' };
  const pool = new EvaluationPool({
    setup: { streams: [{ rules: [rule], extractors: [] }] },
    rooms: [new SharedArrayBuffer(8)],
    workerCount: 1,
    stock: { takeThread },
    times: { callMaxMs: 1_000, startMaxMs: 1_000 },
    isFull: () => false,
    onFault: () => {},
    onLog: () => {},
    onRefused: () => {},
    onLeftOut: (_: number, { firstEventNumber }: NumberedBatch, reason: string) =>
      said.push(`${firstEventNumber}: ${reason}`),
    onDefect: ({ message }: Error) => said.push(`defect: ${message}`),
  } as never);
  return { pool, tries, said };
}

describe('a batch that ends its workers', () => {
  it('is tried whole, one event at a time and once more, and then left out', async () => {
    const { pool, tries, said } = poolOver(11);
    const results = await Promise.all([1, 11, 21].map((first) => pool.submit(0, batchAt(first))));
    expect(tries).toEqual([false, true, true]);
    expect(said).toEqual(['11: out of memory']);
    expect(results.map(({ partial }) => partial)).toEqual([
      [],
      [{ firstEventNumber: 11, eventCount: 10, plugins: [], rulesNotEvaluated: ['r'] }],
      [],
    ]);
    await pool.end();
  });
});
