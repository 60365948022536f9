import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { freePort } from '../support/free-port.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('cli-spool');
const rules = scratch.write('rules.yaml', EVERY_EVENT);
const log = scratch.write('events.jsonl', `${loginRecord()}\n`.repeat(5));
let count = 0;

/** Five alerts wait in spool `http-1` for a receiver that the configuration names no more. */
async function withWaiting() {
  const folder = `case${count++}`;
  const data = join(scratch.path, folder, 'data');
  const away = { type: 'http', url: `http://127.0.0.1:${await freePort()}/a?token=secret` };
  const configure = (outputs: readonly object[]): string =>
    scratch.write(
      `${folder}/tiercel.yaml`,
      JSON.stringify({
        rules_files: [rules],
        stdout_output: { enabled: false },
        data_dir: data,
        outputs,
      }),
    );
  const before = configure([away]);
  const run = await runProgram(['run', '-c', before, 'cloudtrail', log]);
  expect(run.stderr).toContain('5 alerts for http');
  const got = join(scratch.path, folder, 'got.txt');
  const config = configure([
    { type: 'program', name: 'kept', keep_alive: true, program: `cat >> ${got}` },
    { type: 'program', name: 'json', keep_alive: true, program: `cat >> ${got}`, format: 'json' },
  ]);
  return { config, got, data, whom: away.url.replace(/\?.*/, '') };
}

describe('tiercel spool', () => {
  it('list shows each spool with whom it is for, and a run says what nobody takes', async () => {
    const { config, whom } = await withWaiting();
    const run = await runProgram(['run', '-q', '-c', config, 'cloudtrail', log, '--from-start']);
    expect(run.stderr).toContain(
      `5 alerts in spool \`http-1\` wait for http ${whom} (text), which is no output of the configuration`,
    );
    const list = await runProgram(['spool', 'list', '-c', config]);
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(
      /^SPOOL +ALERTS +SIZE +DESTINATION +OUTPUT\nhttp-1 +5 +\S+ \S+ +http http:\S+\/a \(text\) +\(none\)\n/,
    );
    expect(list.stdout).not.toContain('secret');
    const json = await runProgram(['spool', 'list', '-c', config, '--json']);
    expect(JSON.parse(json.stdout).spools[0]).toMatchObject({ name: 'http-1', alerts: 5 });
  });

  it('send gives the alerts to an output of the same format, and only on demand to another', async () => {
    const { config, got, data } = await withWaiting();
    const other = await runProgram(['spool', 'send', 'http-1', '--to', 'json', '-c', config]);
    expect([other.code, existsSync(got)]).toEqual([1, false]);
    expect(other.stderr).toContain('the alerts are text, and output `json` has json');
    const sent = await runProgram(['spool', 'send', 'http-1', '--to', 'kept', '-c', config]);
    expect(sent.stderr).toContain('5 alerts sent to kept, 0 left');
    expect(sent.code).toBe(0);
    expect(
      readdirSync(join(data, 'spool/http-1')).filter((name) => name.endsWith('.jsonl')),
    ).toEqual([]);
  });

  it('drop deletes the spool, and says what was in it', async () => {
    const { config, data, whom } = await withWaiting();
    const dropped = await runProgram(['spool', 'drop', 'http-1', '-c', config]);
    expect(dropped.stderr).toBe(`5 alerts for http ${whom} (text) dropped\n`);
    expect(existsSync(join(data, 'spool/http-1'))).toBe(false);
    const again = await runProgram(['spool', 'drop', 'http-1', '-c', config]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('unknown spool `http-1`');
  });

  it('names what there is where a name is wrong', async () => {
    const { config } = await withWaiting();
    const output = await runProgram(['spool', 'send', 'http-1', '--to', 'x', '-c', config]);
    expect(output.stderr).toMatch(/unknown output `x`[\s\S]*outputs are kept, json/);
    const json = await runProgram(['spool', 'send', 'y', '--to', 'kept', '-c', config, '--json']);
    expect(JSON.parse(json.stdout).diagnostics[0]).toMatchObject({ code: 'SPOOL_UNUSABLE' });
  });
});
