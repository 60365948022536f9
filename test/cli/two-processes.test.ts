import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { freePort } from '../support/free-port.ts';
import { runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('two-processes');
const rules = scratch.write('rules.yaml', EVERY_EVENT);
const logs = join(scratch.path, 'logs');
mkdirSync(logs);
const log = scratch.write('logs/a.jsonl', `${loginRecord()}\n`.repeat(20));

function configuration(name: string, config: object): string[] {
  const text = JSON.stringify({
    rules_files: [rules],
    stdout_output: { enabled: true },
    ...config,
  });
  return ['run', '-c', scratch.write(`${name}.yaml`, text), 'cloudtrail'];
}

describe('a second process', () => {
  it('on one data directory is refused, with who has it; not after that one was killed', async () => {
    const args = configuration('data', { data_dir: join(scratch.path, 'data') });
    let second: Awaited<ReturnType<typeof runProgram>> | undefined;
    let pid: number | undefined;
    await runLive([...args, logs, '--follow'], async (program) => {
      await program.until('20 ConsoleLogin');
      second = await runProgram([...args, log]);
      pid = program.child.pid;
      program.child.kill('SIGKILL');
    });
    expect(second?.code).toBe(1);
    expect(second?.stderr).toMatch(
      new RegExp(`data is in use: process ${pid} on \\S+ uses it since .*\\[DATA_DIR_IN_USE\\]`),
    );
    const third = await runProgram([...args, logs, '--from-start']);
    expect([third.code, third.stdout.split('\n').length]).toEqual([0, 21]);
  });

  it('on one spool is refused', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    const outputs = [{ type: 'http', url, spool: { path: join(scratch.path, 'spool') } }];
    const args = configuration('spool', { outputs });
    await runLive([...args, logs, '--follow'], async (program) => {
      await program.until('20 ConsoleLogin');
      const second = await runProgram([...args, log]);
      expect(second.code).toBe(1);
      expect(second.stderr).toContain(`cannot be opened: process ${program.child.pid} on `);
    });
  });

  it('on one file of alerts is refused, and tears no lines', async () => {
    const path = join(scratch.path, 'alerts.txt');
    const args = configuration('file', { file_output: { enabled: true, filename: path } });
    await runLive([...args, logs, '--follow'], async (program) => {
      await program.until('20 ConsoleLogin');
      const second = await runProgram([...args, log]);
      expect(second.code).toBe(1);
      expect(second.stderr).toContain(`alerts.txt cannot be opened: process ${program.child.pid}`);
    });
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(21);
    writeFileSync(path, '');
    expect((await runProgram([...args, log])).code).toBe(0);
  });
});
