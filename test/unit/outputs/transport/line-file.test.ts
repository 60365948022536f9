import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundleModule } from '../../../support/bundle-module.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('line-file');
const SCRIPT = fileURLToPath(new URL('../../../support/write-until-full.mjs', import.meta.url));

/** A process whose files may not grow beyond some kilobytes, as on a full disk. */
async function writeUntilFull(path: string): Promise<{ message: string; taken: number }> {
  const module = await bundleModule('outputs/transport/line-file.ts', scratch.path);
  const command = `trap '' XFSZ; ulimit -f 4; exec "$@"`;
  const args = ['-c', command, 'sh', process.execPath, SCRIPT, module, path];
  const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (some) => {
    text += some;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text);
}

it('a file on a full disk says which lines it has, and ends half a line before the next one', async () => {
  const path = join(scratch.path, 'full.txt');
  const { message, taken } = await writeUntilFull(path);
  expect(message).toContain('the file is too large');
  const lines = readFileSync(path, 'utf8').split('\n');
  const half = lines.findIndex((line) => line.length < 'line 000'.length);
  expect(taken).toBeGreaterThan(100);
  expect(lines.slice(0, 3)).toEqual(['line 000', 'line 001', 'line 002']);
  expect(lines.slice(half)).toEqual(['lin', 'next', '']);
});
