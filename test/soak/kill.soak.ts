/*
 * The built program, killed (SIGKILL) at random moments and started again: no alert may be missing, and what is repeated
 * has the same uuid. KILLS says how often in all, SEED when. Prints a table.
 */

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { ROTATIONS, RotatingLog } from '../support/rotating-log.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const KILLS = Number(process.env.KILLS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
/** Of so many events one gives an alert. */
const ALERT_EVERY = 20;
const ARCHIVE_FILES = 12;
const ARCHIVE_LINES = 60_000;
/** A process lives at most so long. */
const LIFE_MAX_MS = 2_500;

const scratch = scratchFolder('kills');
const rules = scratch.write(
  'rules.yaml',
  `- {rule: A, desc: d, condition: ct.name = Wanted, output: "%ct.id", priority: INFO, source: aws_cloudtrail}`,
);
let state = SEED;
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return (state >> 8) % below;
};
const toLine = (prefix: string, number: number): string => {
  const name = number % ALERT_EVERY === 0 ? 'Wanted' : 'Other';
  return `{"eventName":"${name}","eventID":"${prefix}${number}","eventTime":"2026-01-01T00:00:00Z"}`;
};

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

function idsOf(prefix: string, lines: number): string[] {
  const count = Math.floor(lines / ALERT_EVERY);
  return Array.from({ length: count }, (_, index) => `${prefix}${ALERT_EVERY * (index + 1)}`);
}

interface Row {
  readonly what: string;
  kills: number;
  alerts: number;
  missing: number;
  repeated: number;
  otherUuid: number;
}
const table: Row[] = [];
afterAll(() => console.log(rendered(table)));

function rendered(rows: readonly Row[]): string {
  const head =
    '| what was read | kills | alerts | missing | repeated | repeated with another uuid |';
  const lines = rows.map(
    ({ what, kills, alerts, missing, repeated, otherUuid }) =>
      `| ${what} | ${kills} | ${alerts.toLocaleString('en')} | ${missing} | ${repeated} | ${otherUuid} |`,
  );
  return [head, '|---|---|---|---|---|---|', ...lines].join('\n');
}

/** One pass: until everything that was read has given its alerts. */
class Pass {
  readonly folder: string;
  readonly alerts: string;
  readonly #config: string;

  constructor(name: string, streams: readonly object[]) {
    this.folder = join(scratch.path, name);
    mkdirSync(this.folder, { recursive: true });
    this.alerts = join(this.folder, 'alerts.jsonl');
    writeFileSync(this.alerts, '');
    this.#config = join(this.folder, 'tiercel.yaml');
    const config = {
      rules_files: [rules],
      streams,
      data_dir: join(this.folder, 'data'),
      json_output: true,
      json_include_uuid: true,
      stdout_output: { enabled: false },
      file_output: { enabled: true, filename: this.alerts },
    };
    writeFileSync(this.#config, JSON.stringify(config));
  }

  /** Answers the exit code; `undefined` when it was killed. `isDone`: it is to end by itself. */
  async run(isToBeKilled: boolean, isDone: () => boolean): Promise<number | undefined> {
    const { code, stderr } = await runProgram(['run', '-c', this.#config], {
      onStart: (child) => {
        const lifeMs = random(LIFE_MAX_MS);
        const startedMs = performance.now();
        const timer = setInterval(() => {
          if (isDone()) child.kill('SIGTERM');
          else if (isToBeKilled && performance.now() - startedMs > lifeMs) child.kill('SIGKILL');
          else return;
          clearInterval(timer);
        }, 5);
        child.once('exit', () => clearInterval(timer));
      },
    });
    if (code !== undefined && code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
    return code;
  }

  /** Of each event that gave an alert: how often, and with how many ids. */
  seen(): Map<string, { count: number; uuids: Set<string> }> {
    const seen = new Map<string, { count: number; uuids: Set<string> }>();
    for (const line of readFileSync(this.alerts, 'utf8').split('\n')) {
      // What was being written when the process was killed is cut, and a line of its own.
      if (!line.endsWith('}')) continue;
      const { output, uuid } = JSON.parse(line);
      const id = output.slice(output.lastIndexOf(' ') + 1);
      const known = seen.get(id) ?? { count: 0, uuids: new Set() };
      known.count += 1;
      seen.set(id, { ...known, uuids: known.uuids.add(uuid) });
    }
    return seen;
  }

  addTo(row: Row, wanted: readonly string[]): void {
    const seen = this.seen();
    row.alerts += wanted.length;
    row.missing += wanted.filter((id) => !seen.has(id)).length;
    for (const { count, uuids } of seen.values()) {
      row.repeated += count - 1;
      if (uuids.size > 1) row.otherUuid += 1;
    }
    expect(seen.size).toBe(wanted.length - row.missing);
  }
}

const rowOf = (what: string): Row => {
  const row = { what, kills: 0, alerts: 0, missing: 0, repeated: 0, otherUuid: 0 };
  table.push(row);
  return row;
};

function expectWhole({ kills, missing, otherUuid }: Row, wanted: number): void {
  expect({ kills, missing, otherUuid }).toEqual({ kills: wanted, missing: 0, otherUuid: 0 });
}

describe(`killed again and again (seed ${SEED})`, () => {
  const share = Math.ceil(KILLS / 4);

  it('archives', async () => {
    const row = rowOf('an archive (plain and gzip)');
    for (let pass = 0; row.kills < share; pass++) {
      const one = new Pass(`archive-${pass}`, [{ plugin: 'cloudtrail', open_params: ARCHIVE }]);
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
    const row = rowOf(what);
    const name = what.replaceAll(' ', '-');
    const logs = scratch.write(`${name}-logs/other.log`, '').replace('/other.log', '');
    const kills = what.startsWith('an archive') ? KILLS - 3 * share : share;
    // What is removed while nobody has it open nobody can read.
    const log = new RotatingLog(logs, 1_000);
    const live = { name: 'live', plugin: 'cloudtrail', open_params: locationOf(log), follow: true };
    const archive = { name: 'archive', plugin: 'cloudtrail', open_params: ARCHIVE };
    const one = new Pass(name, isWithArchive ? [live, archive] : [live]);
    const write = (count: number): void => log.write(count, (number) => toLine('l', number));
    write(ALERT_EVERY);
    let isWritten = false;
    let wanted: readonly string[] = [];
    let lookedMs = 0;
    const writer = (async () => {
      // What is rotated away before it is looked at for the first time is not followed.
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
