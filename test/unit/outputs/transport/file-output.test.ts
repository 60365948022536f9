import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { FileOutput, type Rotation } from '../../../../engine/outputs/transport/file-output.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const scratch = scratchFolder('file-output');
const read = (path: string): string => readFileSync(path, 'utf8');

function setUp(name: string, mode: 'keep-alive' | 'reopen', rotation: Partial<Rotation> = {}) {
  const path = join(scratch.path, name);
  const time = { nowMs: statSync(scratch.path).ctimeMs };
  const clock = { nowMs: () => time.nowMs, monotonicMs: () => 0 };
  const limits = { sizeMax: undefined, ageMaxMs: undefined, keptMax: 2, clock, ...rotation };
  const output = new FileOutput(path, { mode, rotation: limits });
  return { path, time, output };
}

describe.each(['keep-alive', 'reopen'] as const)('a file of alerts, %s,', (mode) => {
  it('is put aside when it is large; the oldest ones go', async () => {
    const { path, output } = setUp(`size-${mode}`, mode, { sizeMax: 7 });
    await output.open();
    for (let from = 1; from <= 7; from += 2) await output.deliver(someAlerts(10 * from, 2));
    await output.deliver(someAlerts(1));
    await output.close();
    expect([path, `${path}.1`, `${path}.2`].map(read)).toEqual(['1\n', '70\n71\n', '50\n51\n']);
    expect(existsSync(`${path}.3`)).toBe(false);
  });

  it('is put aside when it is old', async () => {
    const { path, output, time } = setUp(`age-${mode}`, mode, { ageMaxMs: 3_600_000 });
    await output.open();
    await output.deliver(someAlerts(1));
    time.nowMs += 3_590_000;
    await output.deliver(someAlerts(2));
    time.nowMs += 20_000;
    await output.deliver(someAlerts(3));
    time.nowMs += 3_590_000;
    await output.deliver(someAlerts(4));
    await output.close();
    expect([path, `${path}.1`].map(read)).toEqual(['3\n4\n', '1\n2\n']);
  });

  it('is begun anew when others have moved it', async () => {
    const { path, output } = setUp(`moved-${mode}`, mode);
    await output.open();
    await output.deliver(someAlerts(1));
    renameSync(path, `${path}.old`);
    await output.reopen();
    await output.deliver(someAlerts(2));
    await output.close();
    expect([path, `${path}.old`].map(read)).toEqual(['2\n', '1\n']);
  });

  it('is made again soon after it was deleted', async () => {
    const { path, output } = setUp(`deleted-${mode}`, mode);
    await output.open();
    await output.deliver(someAlerts(1));
    rmSync(path);
    let number = 2;
    await vi.waitFor(
      async () => {
        await output.deliver(someAlerts(number++));
        expect(existsSync(path)).toBe(true);
      },
      { timeout: 30_000, interval: 20 },
    );
    await output.close();
    expect(read(path)).toBe(`${number - 1}\n`);
  });

  it('in a folder that is away fails, and goes on when it is back', async () => {
    const { path, output } = setUp(`folder-${mode}/a`, mode);
    mkdirSync(dirname(path));
    await output.open();
    await output.deliver(someAlerts(1));
    renameSync(dirname(path), `${dirname(path)}.away`);
    await output.reopen().catch(() => {});
    await expect(output.deliver(someAlerts(2))).rejects.toMatchObject({ kind: 'away', taken: 0 });
    renameSync(`${dirname(path)}.away`, dirname(path));
    await output.deliver(someAlerts(2));
    await output.close();
    expect(read(path)).toBe('1\n2\n');
  });

  it('is put aside by its age also after a clock that was set back', async () => {
    const { path, output, time } = setUp(`back-${mode}`, mode, { ageMaxMs: 3_600_000 });
    await output.open();
    await output.deliver(someAlerts(1));
    time.nowMs -= 86_400_000;
    await output.deliver(someAlerts(2));
    time.nowMs += 3_700_000;
    await output.deliver(someAlerts(3));
    await output.close();
    expect([path, `${path}.1`].map(read)).toEqual(['3\n', '1\n2\n']);
  });
});
