/*
 * As kill.soak.ts, of what comes from elsewhere: a bucket that is followed, a queue, a webhook, and an output that fails
 * now and then. KILLS says how often in all, SEED when. Prints a table.
 */

import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import {
  expectWhole,
  idsOf,
  KILL_RULE,
  KillTable,
  Pass,
  type Row,
  seededRandom,
  toLine,
} from '../support/kill-pass.ts';
import { post } from '../support/post.ts';
import { type S3Service, startS3 } from '../support/s3-service.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const KILLS = Number(process.env.KILLS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
/** A process lives at most so long. */
const LIFE_MAX_MS = 4_000;
const ROOM = 50;

const scratch = scratchFolder('live-kills');
const rules = scratch.write('rules.yaml', KILL_RULE);
const random = seededRandom(SEED);
const table = new KillTable();
afterAll(() => console.log(table.toString()));
let s3: S3Service;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());

/** Lines of the next events, and how many there were so far. */
class Events {
  count = 0;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  next(count: number): string {
    let text = '';
    for (let line = 0; line < count; line++) {
      this.count += 1;
      text += `${toLine(this.#prefix, this.count)}\n`;
    }
    return text;
  }

  get ids(): string[] {
    return idsOf(this.#prefix, this.count);
  }
}

interface Setting {
  readonly row: Row;
  readonly name: string;
  readonly location: string;
  readonly isFollowed?: boolean;
  readonly events: Events;
  /** Sends some more; resolves when the other side has taken it. */
  readonly send: (lines: string, number: number) => Promise<void>;
  /** The output fails for a while. */
  readonly breakOutput?: (alerts: string) => Promise<void>;
}

async function killAgainAndAgain(setting: Setting, kills: number): Promise<void> {
  const { row, name, location, events, send, isFollowed = false, breakOutput } = setting;
  const pass = new Pass({
    folder: join(scratch.path, name),
    rules,
    streams: [{ name, plugin: 'cloudtrail', open_params: location, follow: isFollowed }],
    random,
    lifeMaxMs: LIFE_MAX_MS,
    env: s3.env,
    config: {
      aws: {
        endpoint: s3.endpoint,
        region: 'eu-central-1',
        poll_interval: 1,
        visibility_timeout: 2,
      },
    },
  });
  let isSent = false;
  const sending = (async () => {
    for (let number = 0; row.kills < kills; number++) {
      await send(events.next(1 + random(2 * ROOM)), number);
      await sleep(random(30));
    }
    isSent = true;
  })();
  let isMended = false;
  const breaking = (async () => {
    while (breakOutput !== undefined && row.kills < kills) {
      await sleep(random(LIFE_MAX_MS));
      await breakOutput(pass.alerts);
    }
    isMended = true;
  })();
  let lookedMs = 0;
  const isDone = (): boolean => {
    if (!isSent || !isMended || performance.now() - lookedMs < 500) return false;
    lookedMs = performance.now();
    return pass.seen().size >= events.ids.length;
  };
  let lives = 0;
  for (;;) {
    const code = await pass.run(row.kills < kills, isDone, breakOutput !== undefined);
    if (code === 0 && isSent && isMended) break;
    if (code === undefined) row.kills += 1;
    lives += 1;
    if (lives > 10 * kills) throw new Error('does not come to an end');
  }
  await Promise.all([sending, breaking]);
  pass.addTo(row, events.ids);
  expectWhole(row, kills);
}

async function makeQueue(name: string): Promise<Setting['send']> {
  await s3.createQueue(name);
  await s3.createBucket(name);
  return async (lines, number) => {
    const key = `${number}.json.gz`;
    await s3.put(name, key, gzipSync(lines));
    const place = { bucket: { name }, object: { key } };
    const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: place };
    await s3.send(name, JSON.stringify({ Records: [record] }));
  };
}

describe(`killed again and again (seed ${SEED})`, () => {
  const share = Math.ceil(KILLS / 4);

  it('a bucket that is followed', async () => {
    await s3.createBucket('followed');
    const setting = {
      row: table.add('a bucket that is followed'),
      name: 'bucket',
      location: 's3://followed',
      isFollowed: true,
      events: new Events('b'),
      // Keys in no order.
      send: (lines: string, number: number) =>
        s3.put('followed', `${(7919 * number) % 1000}-${number}.json.gz`, gzipSync(lines)),
    };
    await killAgainAndAgain(setting, share);
  });

  it('a queue', async () => {
    const send = await makeQueue('queue');
    const events = new Events('q');
    const setting = { name: 'queue', location: 'sqs://queue', events, send };
    await killAgainAndAgain({ ...setting, row: table.add('a queue, and its objects') }, share);
  });

  it('a webhook', async () => {
    const location = `http://127.0.0.1:${await freePort()}/events`;
    const send = async (lines: string): Promise<void> => {
      for (;;) {
        const answer = await post(location, lines).catch(() => undefined);
        if (answer?.status === 200) return;
        await sleep(20);
      }
    };
    const setting = { name: 'webhook', location, events: new Events('w'), send };
    const row = table.add('a webhook, whose sender tries until it hears 200');
    await killAgainAndAgain({ ...setting, row }, share);
  });

  it('a queue, with an output that fails', async () => {
    const send = await makeQueue('failing');
    const breakOutput = async (alerts: string): Promise<void> => {
      // A folder stands where the file was: nothing can be written there.
      renameSync(alerts, `${alerts}.aside`);
      mkdirSync(alerts);
      await sleep(random(1_000));
      rmdirSync(alerts);
      renameSync(`${alerts}.aside`, alerts);
    };
    const setting = { name: 'failing', location: 'sqs://failing', events: new Events('f'), send };
    const row = table.add('a queue, with an output that fails');
    await killAgainAndAgain({ ...setting, row, breakOutput }, KILLS - 3 * share);
  });
});
