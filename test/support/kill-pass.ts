/* What kill tests share: a program that is started again and again, and what became of its alerts. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runProgram } from './run-program.ts';

/** One in so many events gives an alert. */
export const ALERT_EVERY = 20;

export const KILL_RULE =
  '- {rule: A, desc: d, condition: ct.name = Wanted, output: "%ct.id", priority: INFO, source: aws_cloudtrail}';

/** Whole numbers below `below`, the same ones for the same seed. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

export function toLine(prefix: string, number: number): string {
  const name = number % ALERT_EVERY === 0 ? 'Wanted' : 'Other';
  return `{"eventName":"${name}","eventID":"${prefix}${number}","eventTime":"2026-01-01T00:00:00Z"}`;
}

/** Ids of the events that give an alert, among the first ones. */
export function idsOf(prefix: string, lines: number): string[] {
  const count = Math.floor(lines / ALERT_EVERY);
  return Array.from({ length: count }, (_, index) => `${prefix}${ALERT_EVERY * (index + 1)}`);
}

export interface Row {
  readonly what: string;
  kills: number;
  alerts: number;
  missing: number;
  repeated: number;
  otherUuid: number;
}

/** Rows of one test file, as they are put into a guide. */
export class KillTable {
  readonly #rows: Row[] = [];

  add(what: string): Row {
    const row = { what, kills: 0, alerts: 0, missing: 0, repeated: 0, otherUuid: 0 };
    this.#rows.push(row);
    return row;
  }

  toString(): string {
    const head =
      '| what was read | kills | alerts | missing | repeated | repeated with another uuid |';
    const lines = this.#rows.map(
      ({ what, kills, alerts, missing, repeated, otherUuid }) =>
        `| ${what} | ${kills} | ${alerts.toLocaleString('en')} | ${missing} | ${repeated} | ${otherUuid} |`,
    );
    return [head, '|---|---|---|---|---|---|', ...lines].join('\n');
  }
}

export function expectWhole({ kills, missing, otherUuid }: Row, wanted: number): void {
  expect({ kills, missing, otherUuid }).toEqual({ kills: wanted, missing: 0, otherUuid: 0 });
}

export interface PassOptions {
  /** Folder of this pass alone. */
  readonly folder: string;
  readonly rules: string;
  readonly streams: readonly object[];
  readonly random: (below: number) => number;
  /** A process lives at most so long. */
  readonly lifeMaxMs: number;
  /** Beside what every pass has. */
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** One pass: until everything that was read has given its alerts. */
export class Pass {
  readonly folder: string;
  readonly alerts: string;
  readonly #options: PassOptions;
  readonly #config: string;

  constructor(options: PassOptions) {
    const { folder, rules, streams } = options;
    this.#options = options;
    this.folder = folder;
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
      ...options.config,
    };
    writeFileSync(this.#config, JSON.stringify(config));
  }

  /**
   * Answers the exit code; `undefined` when it was killed. `isDone`: it is to end by itself. `mayFail`: with what code
   * it ends is for the caller.
   */
  async run(
    isToBeKilled: boolean,
    isDone: () => boolean,
    mayFail = false,
  ): Promise<number | undefined> {
    const { random, lifeMaxMs, env } = this.#options;
    const { code, stderr } = await runProgram(['run', '-c', this.#config], {
      ...(env === undefined ? {} : { env }),
      onStart: (child) => {
        const lifeMs = random(lifeMaxMs);
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
    if (!mayFail && code !== undefined && code !== 0)
      throw new Error(`exit code ${code}: ${stderr}`);
    return code;
  }

  /** For each event that gave an alert: how often, and with how many ids. */
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
