/*
 * The built program, killed (SIGKILL) at random moments and started again: no alert may be missing, and what is repeated
 * has the same uuid. KILLS says how often in all, SEED when. Prints a table.
 */

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, it } from 'vitest';
import {
  ALERT_EVERY,
  expectWhole,
  idsOf,
  KILL_RULE,
  KillTable,
  Pass,
  seededRandom,
  toLine,
} from '../support/kill-pass.ts';
import { ROTATIONS, RotatingLog } from '../support/rotating-log.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const KILLS = Number(process.env.KILLS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
const ARCHIVE_FILES = 12;
const ARCHIVE_LINES = 60_000;
/** A process lives at most so long. */
const LIFE_MAX_MS = 2_500;

const scratch = scratchFolder('kills');
const rules = scratch.write('rules.yaml', KILL_RULE);
const random = seededRandom(SEED);
const table = new KillTable();
afterAll(() => console.log(table.toString()));

const passOf = (name: string, streams: readonly object[]): Pass =>
  new Pass({ folder: join(scratch.path, name), rules, streams, random, lifeMaxMs: LIFE_MAX_MS });

function makeArchive(folder: string): void {
  mkdirSync(folder, { recursive: true });
  let number = 0;
  for (let file = 0; file < ARCHIVE_FILES; file++) {
    let text = '';
    for (let line = 0; line < ARCHIVE_LINES; line++) {
      number += 1;
      text += `${toLine('a', number)}\n`;
    }
    const path = join(folder, `${String(file).padStart(2, '0')}.jsonl`);
    if (file % 3 === 2) writeFileSync(`${path}.gz`, gzipSync(text));
    else writeFileSync(path, text);
  }
}
const ARCHIVE = join(scratch.path, 'archive');
makeArchive(ARCHIVE);
const archiveIds = idsOf('a', ARCHIVE_FILES * ARCHIVE_LINES);

describe(`killed again and again (seed ${SEED})`, () => {
  const share = Math.ceil(KILLS / 4);

  it('archives', async () => {
    const row = table.add('an archive (plain and gzip)');
    for (let pass = 0; row.kills < share; pass++) {
      const one = passOf(`archive-${pass}`, [{ plugin: 'cloudtrail', open_params: ARCHIVE }]);
      for (;;) {
        const code = await one.run(row.kills < share, () => false);
        if (code === 0) break;
        row.kills += 1;
      }
      one.addTo(row, archiveIds);
    }
    expectWhole(row, share);
  });

  const followed = [
    ['a followed folder under rotation', (log: RotatingLog) => join(log.path, '..'), false],
    ['a followed file under rotation', (log: RotatingLog) => log.path, false],
    ['an archive and a followed folder', (log: RotatingLog) => join(log.path, '..'), true],
  ] as const;
  it.each(followed)('%s', async (what, locationOf, isWithArchive) => {
    const row = table.add(what);
    const name = what.replaceAll(' ', '-');
    const logs = scratch.write(`${name}-logs/other.log`, '').replace('/other.log', '');
    const kills = what.startsWith('an archive') ? KILLS - 3 * share : share;
    // What is removed while nobody has it open nobody can read.
    const log = new RotatingLog(logs, 1_000);
    const live = { name: 'live', plugin: 'cloudtrail', open_params: locationOf(log), follow: true };
    const archive = { name: 'archive', plugin: 'cloudtrail', open_params: ARCHIVE };
    const one = passOf(name, isWithArchive ? [live, archive] : [live]);
    const write = (count: number): void => log.write(count, (number) => toLine('l', number));
    write(ALERT_EVERY);
    let isWritten = false;
    let wanted: readonly string[] = [];
    let lookedMs = 0;
    const writer = (async () => {
      // A file that is rotated away before the first look is not followed.
      while (!readFileSync(one.alerts, 'utf8').includes(' l')) await sleep(20);
      for (let round = 0; row.kills < kills; round++) {
        write(1 + random(60));
        await sleep(random(20));
        if (round % 60 === 59) log.rotate(ROTATIONS[random(ROTATIONS.length)] ?? 'rename');
      }
      wanted = [...idsOf('l', log.lines), ...(isWithArchive ? archiveIds : [])];
      isWritten = true;
    })();
    const isDone = (): boolean => {
      const size = statSync(one.alerts).size;
      if (!isWritten || size === 0 || performance.now() - lookedMs < 1_000) return false;
      lookedMs = performance.now();
      return one.seen().size >= wanted.length;
    };
    let tries = 0;
    while ((await one.run(row.kills < kills, isDone)) === undefined) {
      row.kills += 1;
      tries += 1;
      if (tries > 2 * kills) throw new Error('does not come to an end');
    }
    await writer;
    one.addTo(row, wanted);
    expectWhole(row, kills);
  });
});
