/* CloudTrail events that come more than once: live they are read once, and counted; archives are read as they are. */

import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { post, postSoon } from '../support/post.ts';
import { runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('duplicates');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "<%ct.name>", priority: INFO, source: aws_cloudtrail}\n',
);
const record = (name: string, id?: unknown): string =>
  `${JSON.stringify({ eventName: name, eventTime: '2026-01-01T00:00:00Z', eventID: id })}\n`;
const namesIn = (stdout: string): string[] =>
  [...stdout.matchAll(/<(\w+)>/g)].map((match) => match[1] ?? '');

describe('an event that comes again', () => {
  it('is left out by its id, live, whatever it is wrapped in, and counted', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const { stdout, stderr, code } = await runLive(
      ['run', 'cloudtrail', url, '-r', rules],
      async ({ until }) => {
        await postSoon(url, record('One', 'id-1') + record('Two', 'id-2'));
        await post(url, `{"Records":[${record('One', 'id-1')},${record('Three', 'id-3')}]}`);
        await post(url, JSON.stringify({ detail: JSON.parse(record('Two', 'id-2')) }));
        await post(url, record('NoId') + record('NoId') + record('Odd', 7) + record('Odd', 7));
        await post(url, record('Empty', '') + record('Empty', '') + record('Last', 'id-4'));
        await until('<Last>');
      },
    );
    expect(namesIn(stdout)).toEqual([
      ...['One', 'Two', 'Three', 'NoId', 'NoId', 'Odd', 'Odd', 'Empty', 'Empty', 'Last'],
    ]);
    expect(stderr).toContain('2 events were left out: they had come before (same eventID)');
    expect(code).toBe(0);
  });

  it('is left out of files that grow', async () => {
    const path = folder.write('growing.jsonl', record('One', 'id-1'));
    const args = ['run', 'cloudtrail', path, '--follow', '-r', rules];
    const { stdout } = await runLive(args, async ({ until }) => {
      await until('<One>');
      appendFileSync(path, record('One', 'id-1') + record('Two', 'id-2'));
      await until('<Two>');
    });
    expect(namesIn(stdout)).toEqual(['One', 'Two']);
  });

  it('is remembered among many, and not for ever', async () => {
    const path = folder.write('many.jsonl', '');
    const args = ['run', 'cloudtrail', path, '--follow', '-r', rules];
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, index) => record('E', `id-${from + index}`)).join('');
    const { stdout } = await runLive(args, async ({ until }) => {
      appendFileSync(path, lines(0, 65_536) + lines(0, 65_536) + record('Half', 'h'));
      await until('<Half>');
      appendFileSync(path, lines(65_536, 3 * 65_536) + lines(0, 10) + record('End', 'e'));
      await until('<End>');
    });
    expect(namesIn(stdout)).toHaveLength(3 * 65_536 + 10 + 2);
  });

  it('is read again from an archive', async () => {
    const path = folder.write('archive.jsonl', record('One', 'id-1') + record('One', 'id-1'));
    const { stdout } = await runProgram(['run', 'cloudtrail', path, '-r', rules]);
    expect(namesIn(stdout)).toEqual(['One', 'One']);
  });
});
