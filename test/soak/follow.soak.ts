/*
 * A million lines through 200 rotations, read by the built program as they are written: every line once, memory flat, no
 * descriptor left. LINES, ROTATIONS and SEED say how many and in what order.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ROTATIONS, RotatingLog } from '../support/rotating-log.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const LINES = Number(process.env.LINES ?? 1_000_000);
const ROTATION_COUNT = Number(process.env.ROTATIONS ?? 200);
const SEED = Number(process.env.SEED ?? 1);
/** Lines that are written at once, and the pause behind them. */
const CHUNK = 500;
const PAUSE_MS = 10;
/** In the last quarter, and when nothing is written any more. */
const GROWTH_MAX_MIB = 20;

interface Sample {
  readonly mib: number;
  readonly descriptors: number;
}

function sampleOf(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    mib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

const toLine = (number: number): string =>
  `{"eventName":"A","eventID":"${number}","eventTime":"2026-01-01T00:00:00Z"}`;

/** Something was written to it. */
async function isThere(path: string): Promise<void> {
  while (statSync(path).size === 0) await sleep(10);
}

async function writeAll(log: RotatingLog, onQuarter: () => void): Promise<void> {
  const chunks = Math.ceil(LINES / CHUNK);
  let state = SEED;
  for (let chunk = 1; chunk <= chunks; chunk++) {
    log.write(Math.min(CHUNK, LINES - log.lines), toLine);
    await sleep(PAUSE_MS);
    const isTime = Math.floor((chunk * ROTATION_COUNT) / chunks);
    if (isTime > Math.floor(((chunk - 1) * ROTATION_COUNT) / chunks)) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      log.rotate(ROTATIONS[(state >> 8) % ROTATIONS.length] ?? 'rename');
    }
    if (chunk % Math.ceil(chunks / 4) === 0) onQuarter();
  }
}

/** `FIRST–LAST` of the lines that are so. */
function rangesOf(seen: Uint8Array, isSo: (count: number) => boolean): string[] {
  const ranges: string[] = [];
  let start = 0;
  for (let line = 1; line < seen.length; line++) {
    const isIn = isSo(seen[line] ?? 0);
    if (isIn && start === 0) start = line;
    if (!isIn && start > 0) {
      ranges.push(`${start}–${line - 1}`);
      start = 0;
    }
  }
  return ranges;
}

describe('a followed log', () => {
  const locations = [
    ['folder', ''],
    ['file', 'app.log'],
  ] as const;
  it.each(locations)(`is read once, in a %s (seed ${SEED})`, async (kind, name) => {
    const scratch = scratchFolder(`soak-${kind}`);
    const rules = scratch.write(
      'rules.yaml',
      `- {rule: A, desc: d, condition: ct.name = A, output: "%ct.id", priority: INFO, source: aws_cloudtrail}`,
    );
    const folder = join(scratch.path, 'logs');
    scratch.write('logs/other.log', '');
    const log = new RotatingLog(folder);
    const stdoutFile = join(scratch.path, 'alerts.txt');
    const samples: Sample[] = [];
    const result = await runProgram(
      ['run', 'cloudtrail', join(folder, name), '--follow', '-r', rules],
      {
        stdoutFile,
        onStart: (child) => {
          const take = (): void => {
            samples.push(sampleOf(child.pid ?? 0));
          };
          // What was removed before it began to read is none of its business.
          log.write(1, toLine);
          void isThere(stdoutFile)
            .then(() => writeAll(log, take))
            .then(() => sleep(20_000))
            .then(take)
            .then(() => child.kill('SIGTERM'));
        },
      },
    );
    console.log(
      samples.map((one) => `${one.mib.toFixed(0)} MiB, ${one.descriptors} open`).join('; '),
    );
    console.log(result.stderr);
    const seen = new Uint8Array(LINES + 2);
    for (const line of readFileSync(stdoutFile, 'utf8').split('\n')) {
      const number = Number(line.slice(line.lastIndexOf(' ') + 1));
      if (line !== '') seen[number] = (seen[number] ?? 0) + 1;
    }
    seen[LINES + 1] = 1;
    expect({
      missing: rangesOf(seen, (count) => count === 0),
      repeated: rangesOf(seen, (count) => count > 1),
    }).toEqual({ missing: [], repeated: [] });
    expect(result.code).toBe(0);
    const [first, , later, last] = [...samples.slice(0, 3), samples.at(-1)];
    // Heaps and arenas of four threads find their size before, and a worker in reserve comes up.
    expect(last?.mib).toBeLessThan((later?.mib ?? 0) + GROWTH_MAX_MIB);
    expect(last?.descriptors).toBeLessThanOrEqual((first?.descriptors ?? 0) + 2);
  });
});
