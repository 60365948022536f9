/* Standard input, and paths that are not regular files. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('live');
const rules = folder.write(
  'rules.yaml',
  `- rule: login
  desc: d
  condition: ct.name = ConsoleLogin
  output: login %evt.num
  priority: INFO
  source: aws_cloudtrail
`,
);
const RECORD = '{"eventName":"ConsoleLogin","eventTime":"2026-01-01T00:00:00Z"}';
const alert = (number: number): string => `00:00:00.000000000: Informational login ${number}\n`;
const run = (location: string, more: Parameters<typeof runProgram>[1] = {}) =>
  runProgram(['run', 'cloudtrail', location, '-r', rules], more);

describe('standard input', () => {
  it('gives an alert for each line when the line is there, however long the next one takes', async () => {
    let isAnswered = false;
    const { code, stdout, stderr } = await run('-', {
      onStart: (child) => child.stdin?.write(`${RECORD}\n`),
      // The second line comes only when the first has had its alert: nothing waits for more.
      onStdout: (_text, child) => {
        if (!isAnswered) child.stdin?.end(`${RECORD}\n`);
        isAnswered = true;
      },
    });
    expect(stdout).toBe(alert(1) + alert(2));
    expect(stderr).toMatch(/^2 events,/m);
    expect(code).toBe(0);
  });

  it('gives an alert for a record as soon as its last byte is there', async () => {
    const { stdout } = await run('-', {
      onStart: (child) => child.stdin?.write(RECORD),
      onStdout: (_text, child) => child.stdin?.end(),
    });
    expect(stdout).toBe(alert(1));
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that says nothing more is left on %s, with a summary', async (signal, expected) => {
    let sentMs = 0;
    const { code, stderr } = await run('-', {
      onStart: (child) => child.stdin?.write(`${RECORD}\n`),
      // Before its first alert a program may be anywhere in its start.
      onStdout: (_text, child) => {
        sentMs = performance.now();
        child.kill(signal);
      },
    });
    expect(performance.now() - sentMs).toBeLessThan(3_000);
    expect(stderr).toContain(`stopped by ${signal}`);
    expect(stderr).toMatch(/^1 event,/m);
    expect(code).toBe(expected);
  });

  const forms: [name: string, input: Buffer][] = [
    ['lines', Buffer.from(`${RECORD}\n${RECORD}`)],
    ['gzip', gzipSync(`${RECORD}\n${RECORD}`)],
    ['an envelope', Buffer.from(`{"Records":[\n  ${RECORD},\n  ${RECORD}\n]}`)],
  ];
  it.each(forms)('may be %s', async (_name, input) => {
    const { code, stdout } = await run('-', { onStart: (child) => child.stdin?.end(input) });
    expect(stdout).toBe(alert(1) + alert(2));
    expect(code).toBe(0);
  });

  it('that is damaged is named', async () => {
    const input = gzipSync(`${RECORD}\n`.repeat(1_000)).subarray(0, -20);
    const { code, stderr } = await run('-', { onStart: (child) => child.stdin?.end(input) });
    expect(stderr).toMatch(/^not read: standard input: gzip ends early/m);
    expect(code).toBe(3);
  });

  it('may be empty', async () => {
    const { code, stderr } = await run('-', { stdin: '' });
    expect(stderr).toMatch(/^0 events,/m);
    expect(code).toBe(0);
  });
});

describe('a reader of alerts that takes nothing', () => {
  const log = folder.write('much.jsonl', `${RECORD}\n`.repeat(100_000));

  it.each(
    sampled(
      [
        ['SIGINT', 130],
        ['SIGTERM', 143],
      ] as const,
      2,
    ),
  )(
    'does not keep the process from ending on %s',
    async (signal, expected) => {
      let sentMs = 0;
      const { code, stderr } = await run(log, {
        // The first alerts are taken, then the pipe fills up.
        onStdout: (_text, child) => {
          child.stdout?.removeAllListeners('data').pause();
          setTimeout(() => {
            sentMs = performance.now();
            child.kill(signal);
            child.once('exit', () => child.stdout?.resume());
          }, 1_500);
        },
      });
      expect(performance.now() - sentMs).toBeLessThan(5_000);
      // Each event gives an alert.
      const [events, alerts] = [/^([\d,]+) events,/m, /^([\d,]+) alerts$/m].map(
        (pattern) => pattern.exec(stderr)?.[1],
      );
      expect(alerts).toBe(events);
      expect(stderr).toMatch(
        /alerts could not be written to standard output: the output no longer accepts/,
      );
      expect(code).toBe(expected);
    },
    15_000,
  );
});

describe('a location that is no file and no folder', () => {
  const pipe = join(folder.path, 'pipe');
  const hasPipes = spawnSync('mkfifo', [pipe]).status === 0;

  it('is refused at once: a device', async () => {
    const { code, stderr } = await run('/dev/zero');
    expect(stderr).toContain('cannot open /dev/zero: it is a device, not a file or a folder');
    expect(code).toBe(1);
  });

  it.runIf(hasPipes)('is refused at once: a named pipe that nobody writes to', async () => {
    const { code, stderr } = await run(pipe);
    expect(stderr).toContain('is a named pipe, not a file or a folder');
    expect(stderr).toContain('| tiercel run cloudtrail -');
    expect(code).toBe(1);
  });

  it('is named among files, and they are read', async () => {
    const among = join(folder.path, 'among');
    mkdirSync(among);
    if (hasPipes) spawnSync('mkfifo', [join(among, 'a-pipe.json')]);
    const server = createServer();
    const socket = join(among, 'b-socket.json');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    symlinkSync('/dev/zero', join(among, 'c-device.json'));
    symlinkSync('nowhere', join(among, 'd-link.json'));
    folder.write('among/e.json', RECORD);
    const { code, stdout, stderr } = await run(among);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    expect(stdout).toBe(alert(1));
    if (hasPipes) expect(stderr).toMatch(/^not read: a-pipe\.json: left out: a named pipe/m);
    expect(stderr).toMatch(/^not read: b-socket\.json: left out: a socket/m);
    expect(stderr).toMatch(/^not read: c-device\.json: left out: a device/m);
    expect(stderr).toMatch(/^not read: d-link\.json: left out: a link to nothing/m);
    expect(stderr).toContain(`${hasPipes ? 4 : 3} parts of the input could not be read`);
    expect(code).toBe(3);
  });
});
