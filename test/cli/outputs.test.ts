import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { runProgram } from '../support/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-outputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EVENTS = 30_000;
const many = join(folder, 'many.jsonl');
writeFileSync(many, `${loginRecord()}\n`.repeat(EVENTS));
const few = join(folder, 'few.jsonl');
writeFileSync(few, `${loginRecord()}\n`.repeat(3));
const rules = join(folder, 'every.yaml');
writeFileSync(rules, EVERY_EVENT);

function toFile(path: string): string[] {
  return ['-o', 'file_output.enabled=true', '-o', `file_output.filename=${path}`];
}

const onFullDisk = it.skipIf(!existsSync('/dev/full'));
const lineCount = (path: string): number => readFileSync(path, 'utf8').split('\n').length - 1;

describe('outputs', () => {
  it('that cannot be opened are an error before anything is read', async () => {
    const file = toFile(join(folder, 'no/such/folder/alerts.txt'));
    const run = await runProgram(['run', 'cloudtrail', few, '-r', rules, ...file]);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(
      /alerts\.txt cannot be opened: .*alerts\.txt: it does not exist[\s\S]*OUTPUT_UNUSABLE/,
    );
  });

  it('begin a line of their own in a file that ends in half a line', async () => {
    const path = join(folder, 'half.txt');
    writeFileSync(path, 'whole\nhal');
    await runProgram(['run', 'cloudtrail', few, '-r', rules, ...toFile(path)]);
    const text = readFileSync(path, 'utf8');
    expect(text.startsWith('whole\nhal\n')).toBe(true);
    await runProgram(['run', 'cloudtrail', few, '-r', rules, ...toFile(path)]);
    expect(readFileSync(path, 'utf8')).toBe(text + text.slice('whole\nhal\n'.length));
  });

  // Opening this device works, writing to it never does.
  onFullDisk('that fail later do not take the others with them, and are counted', async () => {
    const file = toFile('/dev/full');
    const run = await runProgram(['run', 'cloudtrail', many, '-r', rules, ...file]);
    expect(run.stdout.split('\n')).toHaveLength(EVENTS + 1);
    expect(run.stderr).toContain(
      `30,000 alerts could not be written to file /dev/full: the disk is full`,
    );
    expect(run.code).toBe(3);
  });

  it('end alone when their reader goes away', async () => {
    const path = join(folder, 'all.txt');
    const args = ['run', 'cloudtrail', many, '-r', rules, ...toFile(path)];
    const run = await runProgram(args, { onStdout: (_text, child) => child.stdout?.destroy() });
    expect(lineCount(path)).toBe(EVENTS);
    expect(run.stderr).toContain('standard output was closed by its reader');
    expect(run.code).toBe(0);
  });

  it('stop the run when no reader is left', async () => {
    const run = await runProgram(['run', 'cloudtrail', many, '-r', rules], {
      onStdout: (_text, child) => child.stdout?.destroy(),
    });
    expect(run.stderr).toContain('standard output was closed by its reader');
    expect(run.stderr).not.toContain('30,000 events');
    expect(run.code).toBe(0);
  });

  it('take many alerts to a slow reader without a word from Node', async () => {
    const run = await runProgram(['run', '-q', 'cloudtrail', many, '-r', rules], {
      onStdout: (_text, child) => {
        child.stdout?.pause();
        setImmediate(() => child.stdout?.resume());
      },
    });
    expect(run.stdout.split('\n')).toHaveLength(EVENTS + 1);
    expect(run.stderr).toBe('');
  });

  const commands: [args: string[], code: number][] = [
    [['--version'], 3],
    [['--help'], 3],
    [['list', 'fields'], 3],
    [['validate', rules], 3],
    [['plugin', 'inspect', 'dist/plugins/json.wasm'], 3],
    [['run', 'cloudtrail', few, '-r', rules], 1],
  ];
  onFullDisk.each(commands)('a full disk is an error of `tiercel %s`', async (args, code) => {
    const run = await runProgram(args, { stdoutFile: '/dev/full' });
    expect(run.stderr).toContain('the disk is full');
    expect(run.code).toBe(code);
  });
});

describe('a run that is stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s says what it had read, and ends with %i', async (signal, code) => {
    const run = await runProgram(['run', 'cloudtrail', many, '-r', rules], {
      onStdout: once((child) => child.kill(signal)),
    });
    expect(run.stderr).toContain(`stopped by ${signal} before the end of the input`);
    expect(run.code).toBe(code);
  });

  it('says in one line what was lost when it is quiet', async () => {
    const broken = join(folder, 'broken.jsonl');
    writeFileSync(broken, `${loginRecord()}\n{"broken\n{"too\n`);
    const run = await runProgram(['run', '-q', 'cloudtrail', broken, '-r', rules]);
    expect(run.stderr).toBe('tiercel: 2 parts of the input could not be read\n');
    expect(run.code).toBe(3);
  });

  it('is silent when it is quiet and nothing was lost', async () => {
    const run = await runProgram(['run', '-q', 'cloudtrail', few, '-r', rules]);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
  });
});

describe('the summary', () => {
  it('counts one thing as one', async () => {
    const one = join(folder, 'one.jsonl');
    writeFileSync(one, loginRecord());
    const run = await runProgram(['run', 'cloudtrail', one, '-r', rules]);
    expect(run.stderr).toMatch(/^1 event, .*\n(?:plugins in processes: .*\n)?1 alert\n/);
  });
});

function once<Argument>(
  action: (argument: Argument) => void,
): (_: string, argument: Argument) => void {
  let isDone = false;
  return (_text, argument) => {
    if (!isDone) action(argument);
    isDone = true;
  };
}
