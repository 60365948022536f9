/*
 * Installs of one version and another in turn, each killed (SIGKILL) at a random moment: what is installed is as it was
 * before or as it is after, and runs. KILLS says how often, SEED when.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { isStored, storedPath } from '../../engine/packages/install/file-store.ts';
import { readLock } from '../../engine/packages/install/lock.ts';
import { seededRandom } from '../support/kill-pass.ts';
import { trailVariant } from '../support/plugin-variant.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const KILLS = Number(process.env.KILLS ?? 50);
const SEED = Number(process.env.SEED ?? 1);
const scratch = scratchFolder('kill-install');
const random = seededRandom(SEED);
process.env.XDG_DATA_HOME = scratch.path;
const lockPath = join(scratch.path, 'tiercel/tiercel.lock');
const files = ['1.0.0', '1.1.0'].map((version) =>
  scratch.write(`${version}.wasm`, trailVariant({ version })),
);
const counts = { before: 0, after: 0 };
afterAll(() => console.log(`seed ${SEED}: as before ${counts.before}, as after ${counts.after}`));

async function install(file: string, killAfterMs: number | undefined): Promise<number> {
  const startedMs = performance.now();
  const program = join(REPOSITORY, 'dist/engine/cli/main.js');
  const child = spawn(process.execPath, [program, 'plugin', 'install', file, '--force'], {
    cwd: scratch.path,
    stdio: 'ignore',
  });
  const gone = once(child, 'close');
  if (killAfterMs !== undefined) {
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  }
  await gone;
  return performance.now() - startedMs;
}

describe(`an install that is killed (seed ${SEED})`, () => {
  it(`leaves what was there, or what is to be there, ${KILLS} times`, async () => {
    // It writes at its end.
    const takesMs = await install(files[0] ?? '', undefined);
    const killAt = (): number => 0.5 * takesMs + random(Math.ceil(0.7 * takesMs));
    let version = '1.0.0';
    for (let kill = 0; kill < KILLS; kill++) {
      const wanted = kill % 2 === 0 ? '1.1.0' : '1.0.0';
      await install(files[kill % 2 === 0 ? 1 : 0] ?? '', killAt());
      const { value: lock, diagnostics } = readLock(lockPath);
      expect(diagnostics).toEqual([]);
      const locked = lock?.plugins.trail;
      expect([version, wanted]).toContain(locked?.version);
      expect(isStored('plugins', locked?.digest ?? '')).toBe(true);
      if (locked?.version === wanted && wanted !== version) counts.after += 1;
      else counts.before += 1;
      version = locked?.version ?? '';
    }
    // Whatever is there under the name of a digest is it.
    const folder = join(storedPath('plugins', '') ?? '', '..');
    const digests = readdirSync(folder).flatMap(
      (name) => /^sha256-([0-9a-f]{64})\.wasm$/.exec(name)?.[1] ?? [],
    );
    expect(digests.map((one) => isStored('plugins', one))).toEqual(digests.map(() => true));
  });
});
