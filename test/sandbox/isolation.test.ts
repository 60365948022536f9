/* A plugin that does not ship with the product runs in a process of its own: what that process has, and its end. */

import type { ChildProcess } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { findConfinement, WALLS } from '../../engine/base/confinement.ts';
import { EVENT } from '../support/containment.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('isolation');
const stranger = join(folder.path, 'stranger.wasm');
copyFileSync(join(REPOSITORY, 'dist/plugins/cloudtrail.wasm'), stranger);
const rules = folder.write(
  'rules.yaml',
  '- {rule: seen, desc: d, condition: ct.name = A, output: "seen %evt.num %ct.name", priority: INFO, source: aws_cloudtrail}\n',
);
const LINES = `${EVENT}\n`.repeat(5_000);
for (let index = 0; index < 3; index++) {
  folder.write(`logs/${index}.jsonl`, LINES);
  folder.write(`logs/${index}.jsonl.gz`, gzipSync(LINES));
}
// Larger than a slot of a batch.
const large = EVENT.replace('"A"', `"A","requestParameters":"${'x'.repeat(3 << 20)}"`);
folder.write('logs/large.jsonl', `${EVENT}\n${large}\n${large}\n${EVENT}\n`);

const { walls } = findConfinement();

describe('what holds around the process of a plugin', () => {
  it('is shown, and is refused where it is required and not there', async () => {
    const config = (require: string): string =>
      folder.write(
        'required.yaml',
        `isolation: {require: [${require}]}\nplugins: [{name: cloudtrail, library_path: ${stranger}, open_params: logs/0.jsonl}]\n`,
      );
    const { code, stderr } = await runProgram(['run', '-c', config(walls.join(', ')), '-r', rules]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('plugins in processes: ');
    const missing = WALLS.find((wall) => !walls.includes(wall));
    if (missing !== undefined) {
      const refused = await runProgram(['run', '-c', config(missing), '-r', rules]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('ISOLATION_MISSING');
    }
    const unknown = await runProgram(['run', '-c', config('moat'), '-r', rules]);
    expect(unknown.code).toBe(1);
  });

  it('refuses threads of this process to what no trusted key has signed', async () => {
    const args = ['run', stranger, join(folder.path, 'logs'), '-r', rules];
    const { code, stderr } = await runProgram([...args, '-o', 'isolation=thread']);
    expect(code).toBe(1);
    expect(stderr).toContain('PLUGIN_ISOLATION_UNTRUSTED');
  });

  it.runIf(walls.includes('parent'))('ends it when the engine is killed', async () => {
    const log = folder.write('killed.jsonl', `${EVENT}\n`);
    let below: number[] = [];
    await runProgram(['run', stranger, log, '-r', rules, '--follow'], {
      onStdout: (_, child) => {
        below = childrenOf(child).flatMap((pid) => [pid, ...childrenOf({ pid })]);
        child.kill('SIGKILL');
      },
    });
    expect(below.length).toBeGreaterThan(0);
    await vi.waitUntil(() => below.every((pid) => !isAlive(pid)), { timeout: 10_000 });
  });
});

describe('a plugin in a process of its own', () => {
  it.each([
    ['source and extractor', ['run', stranger]],
    ['all plugins', ['run', 'cloudtrail', '-o', 'isolation=process']],
  ])(
    'gives the same alerts as in a thread: %s',
    async (_, [command = '', plugin = '', ...more]) => {
      const args = [join(folder.path, 'logs'), '-r', rules, ...more];
      const inThread = await runProgram([
        command,
        'cloudtrail',
        ...args.slice(0, 3),
        '-o',
        'isolation=thread',
      ]);
      const inProcess = await runProgram([command, plugin, ...args]);
      expect(inProcess.code).toBe(0);
      expect(inThread.stdout.split('\n')).toHaveLength(6 * 5_000 + 4 + 1);
      expect(inProcess.stdout === inThread.stdout).toBe(true);
    },
  );

  it.skipIf(!existsSync('/proc/self/task'))(
    'has no environment, and is replaced where it stood when it is killed',
    async () => {
      const log = folder.write('followed.jsonl', `${EVENT}\n`);
      let killed: number[] = [];
      let alerts = 0;
      const { code, stdout, stderr } = await runProgram(
        // The product's own as well.
        [
          'run',
          stranger,
          log,
          '-r',
          rules,
          '--follow',
          '--workers',
          '1',
          '-o',
          'isolation=process',
        ],
        {
          env: { SECRET_OF_THE_HOST: 'yes' },
          onStdout: (text, child) => {
            alerts += text.split('\n').length - 1;
            if (alerts === 1 && killed.length === 0) {
              killed = childrenOf(child);
              for (const pid of killed) {
                expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
                process.kill(pid, 'SIGKILL');
              }
              appendFileSync(log, `${EVENT}\n`.repeat(2));
            }
            if (alerts === 3) child.kill('SIGINT');
          },
        },
      );
      expect(killed).toHaveLength(2);
      expect(stdout.match(/seen \d+ A/g)).toEqual(['seen 1 A', 'seen 2 A', 'seen 3 A']);
      expect(stderr).toContain('its process ended with SIGKILL');
      expect(code).toBe(3);
    },
  );
});

/** One that has ended may wait for somebody who asks how. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function childrenOf({ pid }: Pick<ChildProcess, 'pid'>): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
