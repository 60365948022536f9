/*
 * Everything below `data_dir`, damaged at random while nothing runs: the next start never crashes and never hangs, and
 * whatever is missing then was reported. DAMAGES says how often for each kind, SEED which.
 */

import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { seededRandom } from '../support/kill-pass.ts';
import { HttpReceiver } from '../support/receivers.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const DAMAGES = Number(process.env.DAMAGES ?? 200);
const SEED = Number(process.env.SEED ?? 1);
const EVENTS = 300;
const scratch = scratchFolder('damage');
const rules = scratch.write('rules.yaml', EVERY_EVENT);
const data = join(scratch.path, 'data');
const base = join(scratch.path, 'base');

const events = Array.from({ length: EVENTS }, (_, index) => loginRecord({ eventID: `e${index}` }));
const log = scratch.write('events.jsonl', `${events.join('\n')}\n`);
/** Words of messages that say that something is wrong. */
const REPORTED =
  /lost|damaged|CHECKPOINT_UNUSABLE|cannot be|no output of the configuration|could not/;

type Random = (below: number) => number;
const kinds: Record<string, (bytes: Buffer, random: Random) => Buffer | undefined> = {
  'a bit flipped': (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = random(Math.max(1, bytes.length));
    if (bytes.length > 0) changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
    return changed;
  },
  cut: (bytes, random) => bytes.subarray(0, random(Math.max(1, bytes.length))),
  emptied: () => Buffer.alloc(0),
  zeros: (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = random(Math.max(1, bytes.length));
    return changed.fill(0, at, Math.min(bytes.length, at + 1 + random(500)));
  },
  'bytes inserted': (bytes, random) => {
    const at = random(bytes.length + 1);
    const more = Buffer.from(Array.from({ length: 1 + random(50) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
  },
  'random bytes': (bytes, random) => Buffer.from(bytes.map(() => random(256))),
  removed: () => undefined,
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

describe(`damaged at random (seed ${SEED})`, () => {
  it.each(Object.keys(kinds))('%s', async (kind) => {
    const receiver = new HttpReceiver();
    await receiver.start();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const config = scratch.write(
      'tiercel.yaml',
      JSON.stringify({
        rules_files: [rules],
        data_dir: data,
        stdout_output: { enabled: false },
        streams: [{ name: 'a', plugin: 'cloudtrail', open_params: log }],
        outputs: [{ type: 'http', name: 'h', url, retry: { max_pause: 100 } }],
      }),
    );
    await receiver.kill();
    for (const folder of [data, base]) rmSync(folder, { recursive: true, force: true });
    const first = await runProgram(['run', '-c', config]);
    expect(first.stderr).toContain(`${EVENTS} alerts for http`);
    cpSync(data, base, { recursive: true });
    await receiver.start();
    const random = seededRandom(SEED);
    const outcomes = { whole: 0, reported: 0 };
    for (let damage = 0; damage < DAMAGES; damage++) {
      rmSync(data, { recursive: true, force: true });
      cpSync(base, data, { recursive: true });
      const files = filesBelow(data);
      const path = files[random(files.length)] ?? '';
      const changed = kinds[kind]?.(readFileSync(path), random);
      if (changed === undefined) rmSync(path);
      else writeFileSync(path, changed);
      receiver.lines.length = 0;
      const { code, stderr } = await runProgram(['run', '-c', config]);
      const got = new Set(receiver.lines.map((line) => / (\d+) ConsoleLogin/.exec(line)?.[1]));
      const where = `${kind} in ${path}, ${statSync(path, { throwIfNoEntry: false })?.size} bytes`;
      expect([where, [0, 1, 3].includes(code ?? -1)]).toEqual([where, true]);
      expect(stderr).not.toMatch(/\n\s+at .+\(|defect/);
      if (got.size === EVENTS) outcomes.whole += 1;
      else {
        expect([where, stderr]).toEqual([where, expect.stringMatching(REPORTED)]);
        outcomes.reported += 1;
      }
    }
    console.log(`${kind}: ${outcomes.whole} whole, ${outcomes.reported} with a report`);
  });
});
