import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { bundleModule } from '../../support/bundle-module.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const scratch = scratchFolder('watchdog');

/** How a process ends that does this under a watchdog, and what it says. */
async function run(action: string): Promise<{ signal: string | null; stderr: string }> {
  const module = await bundleModule('worker/watchdog.ts', scratch.path);
  const program = `
    import { startWatchdog } from ${JSON.stringify(module)};
    const dog = startWatchdog({ ticksMax: 10, tickMs: 20, message: 'it stands still\\n' });
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(300);
    ${action}
    dog.close();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return await new Promise((resolve) => {
    child.once('close', (_, signal) => resolve({ signal, stderr }));
  });
}

it('a watchdog ends a process whose main thread stands still, and says so', async () => {
  expect(await run('for (;;);')).toEqual({ signal: 'SIGKILL', stderr: 'it stands still\n' });
});

it('a watchdog leaves a process alone that goes on', async () => {
  expect(await run('await wait(600);')).toEqual({ signal: null, stderr: '' });
});
