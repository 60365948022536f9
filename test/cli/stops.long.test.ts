/* How a run ends × where its alerts go: it ends in time, and its summary says what became of every alert. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const EVENTS = 3_000;
/** A machine that is ten times slower has fifty seconds for what may take five. */
const STOP_TIME_MAX_MS = 50_000;
const scratch = scratchFolder('stops');
const rules = scratch.write('rules.yaml', EVERY_EVENT);
const log = `${loginRecord()}\n`.repeat(EVENTS);
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

/** Takes a request after so many milliseconds; `undefined`: never. */
async function receiver(delayMs: number | undefined): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (delayMs !== undefined) setTimeout(() => response.end(), delayMs);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const slowly = 'while read -r line; do sleep 0.01; done';
const kept = { type: 'program', keep_alive: true };
const outputs: Record<string, () => Promise<object> | object> = {
  'a slow receiver': async () => ({ type: 'http', url: await receiver(10), spool: false }),
  'a slow receiver, with a spool': async () => ({ type: 'http', url: await receiver(10) }),
  'a receiver that never answers': async () => ({ type: 'http', url: await receiver(undefined) }),
  'a slow program, kept': () => ({ ...kept, program: slowly, spool: false }),
  'a slow program, kept, with a spool': () => ({ ...kept, program: slowly }),
  'a program that reads nothing': () => ({ ...kept, program: 'sleep 60', close_timeout: 60_000 }),
  'a program for each': () => ({ type: 'program', program: 'sleep 0.05; cat' }),
  'a file': () => ({ type: 'file', filename: join(scratch.path, 'alerts.txt') }),
};

interface Counts {
  readonly delivered: number;
  readonly waiting: number;
  readonly spooled: number;
  readonly deadLetters: number;
  readonly undelivered: number;
}

async function stop(name: string, signal: 'SIGTERM' | 'SIGINT', output: object) {
  const folder = join(scratch.path, name.replace(/\W/g, '-'));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  writeFileSync(join(folder, 'logs/a.log'), log);
  const config = join(folder, 'tiercel.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      rules_files: [rules],
      stdout_output: { enabled: false },
      data_dir: join(folder, 'data'),
      log_format: 'json',
      webserver: { enabled: true, listen_port: 0 },
      streams: [
        { name: 'a', plugin: 'cloudtrail', open_params: join(folder, 'logs'), follow: true },
      ],
      outputs: [{ name: 'out', ...output }],
    }),
  );
  let startedMs = 0;
  const { code, stderr } = await runProgram(['run', '-c', config], {
    onStderr: (text, child) => {
      const url = /"url":"([^"]+)"/.exec(text)?.[1];
      if (url === undefined) return;
      void whenEvaluated(url).then(() => {
        startedMs = performance.now();
        child.kill(signal);
      });
    },
  });
  const line = stderr.split('\n').find((text) => text.includes('"summary"')) ?? '{}';
  return { code, summary: JSON.parse(line).summary, stopMs: performance.now() - startedMs };
}

/** Some alerts have been given to the output, and it has had a moment with them. */
async function whenEvaluated(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}api/status`).catch(() => undefined);
    const text = (await answer?.text()) ?? '';
    if (/"(waiting|spooled|delivered)":[1-9]/.test(text)) break;
    await sleep(10);
  }
  await sleep(300);
}

describe('a run that is stopped', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it.concurrent.each(Object.keys(outputs))(`by ${signal} over %s`, async (name) => {
      const output = await outputs[name]?.();
      const { code, summary, stopMs } = await stop(`${signal} ${name}`, signal, output ?? {});
      expect(stopMs).toBeLessThan(STOP_TIME_MAX_MS);
      const { delivered, waiting, spooled, deadLetters, undelivered }: Counts =
        summary.outputs[0].counts;
      const { events, eventsInFull, eventsInPart, eventsUndelivered, alertsTotal } = summary;
      const sum = (counts: object): number =>
        Object.values(counts).reduce((total: number, count) => total + count, 0);
      expect(eventsInFull + eventsInPart + eventsUndelivered).toBe(events);
      expect(sum(summary.alertsByPriority)).toBe(alertsTotal);
      expect(sum(summary.alertsByRule)).toBe(alertsTotal);
      expect(alertsTotal).toBe(eventsInFull);
      expect(waiting).toBe(0);
      expect(delivered + spooled + deadLetters + undelivered).toBe(alertsTotal);
      // A followed stream has no end that was missed.
      expect(code).toBe(undelivered + deadLetters + eventsUndelivered > 0 ? 3 : 0);
      const hasSpool = !('spool' in (output ?? {}));
      if (hasSpool && !name.includes('file')) expect(undelivered).toBe(0);
      if (name === 'a file')
        expect(readFileSync(join(scratch.path, 'alerts.txt'), 'utf8')).toContain('ConsoleLogin');
    });
  }
});
