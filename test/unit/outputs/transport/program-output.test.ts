import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProgramOutput } from '../../../../engine/outputs/transport/program-output.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const scratch = scratchFolder('program-output');
const at = (name: string): string => join(scratch.path, name);

describe('alerts to a program', () => {
  it('that is started for each have a process each', async () => {
    const program = `cat >> ${at('each')}; echo end >> ${at('each')}`;
    const output = new ProgramOutput({ program, timeoutMs: 1_000 });
    await output.open();
    await output.deliver(someAlerts(1, 2));
    await output.close();
    expect(readFileSync(at('each'), 'utf8')).toBe('1\nend\n2\nend\n');
  });

  it('that fails say how, and which of them it has', async () => {
    const program = `read line; echo "no $line" >&2; test "$line" != 2`;
    const said: string[] = [];
    const onError = (text: string): void => void said.push(text);
    const output = new ProgramOutput({ program, timeoutMs: 1_000, onError });
    await expect(output.deliver(someAlerts(1, 3))).rejects.toMatchObject({
      kind: 'away',
      taken: 1,
      message: 'ended with code 1: no 2',
    });
    expect(said).toEqual(['no 1', 'no 2']);
    await output.close();
  });

  it('that does not read them are no error, when it ends well', async () => {
    const output = new ProgramOutput({ program: 'true', timeoutMs: 1_000 });
    await output.deliver(someAlerts(1, 3));
    await expect(output.close()).resolves.toBeUndefined();
  });

  it('that does not end in time is killed, with what it has started', async () => {
    const program = `(sleep 1; touch ${at('late')}) & wait`;
    const output = new ProgramOutput({ program, timeoutMs: 100 });
    const fault = { kind: 'away', message: 'did not end within 100 ms' };
    await expect(output.deliver(someAlerts(1))).rejects.toMatchObject(fault);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(existsSync(at('late'))).toBe(false);
    await output.close();
  });

  it('that say it in pieces are quoted whole, and what they said last', async () => {
    const program =
      'printf "first\\nno " >&2; sleep 0.1; printf room >&2; sleep 0.1; echo >&2; exit 4';
    const said: string[] = [];
    const onError = (line: string): void => void said.push(line);
    const output = new ProgramOutput({ program, timeoutMs: 60_000, onError });
    const fault = { message: 'ended with code 4: no room' };
    await expect(output.deliver(someAlerts(1))).rejects.toMatchObject(fault);
    expect(said).toEqual(['first', 'no room']);
    await output.close();
  });

  it('that leave something behind, which keeps their standard error, are over all the same', async () => {
    const program = `sleep 600 & echo $! > ${at('left')}; echo last >&2; exit 3`;
    const output = new ProgramOutput({ program, timeoutMs: 60_000 });
    const fault = { message: 'ended with code 3: last' };
    await expect(output.deliver(someAlerts(1))).rejects.toMatchObject(fault);
    process.kill(Number(readFileSync(at('left'), 'utf8')));
    await output.close();
  });

  it('that is not there say so', async () => {
    const output = new ProgramOutput({
      program: 'no-such-program',
      timeoutMs: 1_000,
    });
    const fault = { message: expect.stringMatching(/^ended with code 127: .*not found/) };
    await expect(output.deliver(someAlerts(1))).rejects.toMatchObject(fault);
    await output.close();
  });
});
