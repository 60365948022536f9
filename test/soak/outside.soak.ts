/* What is around a run changes: its configuration between two starts, and the room on its disks. */

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { idsOf, KILL_RULE, seededRandom, toLine } from '../support/kill-pass.ts';
import { HttpReceiver } from '../support/receivers.ts';
import { runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
const scratch = scratchFolder('outside');
const rules = scratch.write('rules.yaml', KILL_RULE);
const idIn = (line: string): string => / (\w+)"?[^ ]*$/.exec(line)?.[1] ?? line;

describe('a configuration that changes between runs', () => {
  it(`sends each alert to those that it was for, and to nobody else (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const data = join(scratch.path, 'data');
    const receivers = [new HttpReceiver(), new HttpReceiver(), new HttpReceiver()];
    for (const receiver of receivers) await receiver.start();
    const isUp = receivers.map(() => true);
    const wanted = receivers.map(() => new Set<string>());
    const names = ['siem', 'chat', undefined];
    for (let round = 0; round <= ROUNDS; round++) {
      const isLast = round === ROUNDS;
      const used = receivers
        .map((receiver, index) => ({ receiver, index, order: random(100) }))
        .filter(() => isLast || random(3) > 0)
        .sort((a, b) => a.order - b.order);
      for (const [index, receiver] of receivers.entries()) {
        const shouldBeUp = isLast || random(2) === 0;
        if (shouldBeUp && !isUp[index]) await receiver.start();
        if (!shouldBeUp && isUp[index]) await receiver.kill();
        isUp[index] = shouldBeUp;
      }
      const offset = random(names.length);
      const outputs = used.map(({ receiver }, index) => {
        const name = names[(index + offset) % names.length];
        const url = `http://127.0.0.1:${receiver.port}/`;
        return { type: 'http', url, retry: { max_pause: 100 }, ...(name && { name }) };
      });
      const ids = isLast ? [] : [`r${round}x1`, `r${round}x2`];
      const text = ids.map((id) => `${toLine('', 20).replace('"20"', `"${id}"`)}\n`).join('');
      const log = scratch.write(`logs/${round}.jsonl`, text);
      const config = scratch.write(
        'tiercel.yaml',
        JSON.stringify({
          rules_files: [rules],
          data_dir: data,
          stdout_output: { enabled: false },
          streams: [{ name: `s${round}`, plugin: 'cloudtrail', open_params: log }],
          outputs,
        }),
      );
      for (const { index } of used) for (const id of ids) wanted[index]?.add(id);
      const run = await runProgram(['run', '-c', config]);
      expect([run.stderr, run.code]).toEqual([run.stderr, 0]);
    }
    for (const [index, receiver] of receivers.entries())
      expect(new Set(receiver.lines.map(idIn))).toEqual(wanted[index]);
  });
});

const disk = join(scratch.path, 'disk');
mkdirSync(disk);
/** A file system of a megabyte, for those who may have one. */
const hasDisk = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;
afterAll(() => void (hasDisk && spawnSync('umount', ['-l', disk])));

function fill(): void {
  const room = Buffer.alloc(4_096);
  try {
    for (;;) appendFileSync(join(disk, 'filler'), room);
  } catch {
    // It is full.
  }
}

describe.skipIf(!hasDisk)('a disk that is full, and has room again', () => {
  const places = ['file', 'spool', 'dead letters'] as const;
  it.each(places)('of the %s', async (place) => {
    const folder = join(scratch.path, place.replace(' ', '-'));
    mkdirSync(join(folder, 'logs'), { recursive: true });
    const log = join(folder, 'logs/a.log');
    writeFileSync(log, '');
    const receiver = new HttpReceiver();
    await receiver.start();
    const http = { type: 'http', name: 'h', url: `http://127.0.0.1:${receiver.port}/` };
    const letters = join(disk, 'letters.jsonl');
    const file = join(disk, 'alerts.txt');
    if (place === 'spool') await receiver.kill();
    if (place === 'dead letters')
      receiver.answer = (_, respond) => {
        respond.statusCode = 400;
        respond.end();
        return true;
      };
    const outputs = {
      file: { type: 'file', name: 'f', filename: file },
      spool: { ...http, spool: { path: join(disk, 'spool') } },
      'dead letters': { ...http, dead_letter_file: letters },
    };
    const config = scratch.write(
      `${place}.yaml`,
      JSON.stringify({
        rules_files: [rules],
        data_dir: join(folder, 'data'),
        stdout_output: { enabled: false },
        streams: [
          { name: 'a', plugin: 'cloudtrail', open_params: join(folder, 'logs'), follow: true },
        ],
        outputs: [{ retry: { max_pause: 300 }, ...outputs[place] }],
      }),
    );
    const LINES = 4_000;
    const seen = (): Set<string> => {
      const paths = { file, spool: '', 'dead letters': letters };
      const path = paths[place];
      const lines =
        path === ''
          ? receiver.lines
          : spawnSync('cat', [path]).stdout.toString().split('\n').filter(Boolean);
      return new Set(lines.flatMap((line) => /\bl\d+\b/.exec(line)?.[0] ?? []));
    };
    const run = await runLive(['run', '-c', config], async (program) => {
      await sleep(1_000);
      fill();
      for (let number = 1; number <= LINES; number += 100) {
        const text = Array.from({ length: 100 }, (_, index) => toLine('l', number + index));
        appendFileSync(log, `${text.join('\n')}\n`);
        await sleep(20);
      }
      await program.until('the disk is full');
      rmSync(join(disk, 'filler'));
      if (place === 'spool') await receiver.start();
      const deadlineMs = performance.now() + 60_000;
      while (seen().size < LINES / 20 && performance.now() < deadlineMs) await sleep(50);
    });
    expect([...seen()].sort()).toEqual(idsOf('l', LINES).sort());
    expect([run.code, existsSync(file) || place !== 'file']).toEqual([
      place === 'dead letters' ? 3 : 0,
      true,
    ]);
  });
});
