/* `tiercel run PLUGIN unix:PATH`: programs connect and write lines. */

import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type LiveProgram, runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('socket');
const rules = folder.write(
  'rules.yaml',
  '- {rule: r, desc: d, condition: ct.name startswith Login, output: "%evt.num %ct.name", priority: INFO, source: aws_cloudtrail}\n',
);
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;

/** Connects as soon as somebody listens. */
async function connected(path: string): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (isThere) return socket;
    await sleep(20);
  }
}

const listen = (path: string, write: (program: LiveProgram) => Promise<void>) =>
  runLive(['run', 'cloudtrail', `unix:${path}`, '-r', rules], write);

describe.runIf(process.platform !== 'win32')('a socket', () => {
  it('takes lines of several programs, each whole, until it is stopped', async () => {
    const path = join(folder.path, 'several.sock');
    const { code, stdout, stderr } = await listen(path, async ({ until }) => {
      const [one, other] = [await connected(path), await connected(path)];
      one.write(record('LoginA').slice(0, 20));
      other.write(record('LoginB'));
      await until('1 LoginB');
      one.write(`${record('LoginA').slice(20)}not JSON\n`);
      await until('2 LoginA');
      one.end(record('LoginC').trim());
      await until('3 LoginC');
      other.destroy();
      const last = await connected(path);
      for (let line = 0; line < 2_000; line++) last.write(record(`Login${line}`));
      last.end();
      await until('Login1999');
    });
    expect(stdout.trim().split('\n')).toHaveLength(2_003);
    expect(stderr).toContain('not read: several.sock:3: not JSON');
    expect(stderr).toMatch(/^2,003 events,/m);
    // A line was not JSON.
    expect(code).toBe(3);
    expect(existsSync(path)).toBe(false);
  });

  it('that a killed process left is taken over; one in use is not', async () => {
    const path = join(folder.path, 'left.sock');
    const killed = await runProgram(['run', 'cloudtrail', `unix:${path}`, '-r', rules], {
      onStart: (child) => void connected(path).then(() => child.kill('SIGKILL')),
    });
    expect(killed.code).toBeUndefined();
    expect(existsSync(path)).toBe(true);
    const { code } = await listen(path, async ({ until }) => {
      const socket = await connected(path);
      socket.write(record('LoginA'));
      await until('1 LoginA');
      const second = await runProgram(['run', 'cloudtrail', `unix:${path}`, '-r', rules]);
      expect(second.stderr).toContain('another process listens there');
      expect(second.code).toBe(1);
      socket.end(record('LoginB'));
      await until('2 LoginB');
    });
    expect(code).toBe(0);
  });

  it('whose path cannot be one is refused at once', async () => {
    const run = (location: string) => runProgram(['run', 'cloudtrail', location, '-r', rules]);
    const long = await run(`unix:${join(folder.path, 'x'.repeat(110))}`);
    expect(long.stderr).toContain('the path of a socket has at most 107 bytes');
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const isFile = await run(`unix:${file}`);
    expect(isFile.stderr).toContain('it exists and is not a socket');
    const missing = await run(`unix:${folder.path}/nowhere/s`);
    expect(missing.stderr).toContain('nowhere does not exist');
    const path = join(folder.path, 'server.sock');
    const server = createServer().listen(path);
    const asFile = await run(path);
    server.close();
    expect(asFile.stderr).toContain(`tiercel run cloudtrail unix:${path}`);
    for (const { code } of [long, isFile, missing, asFile]) expect(code).toBe(1);
  });
});
