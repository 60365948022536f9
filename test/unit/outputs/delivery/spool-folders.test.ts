import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../../../engine/outputs/delivery/spool/spool.ts';
import type { SpoolDestination } from '../../../../engine/outputs/delivery/spool/spool-destination.ts';
import {
  chooseSpools,
  findSpools,
} from '../../../../engine/outputs/delivery/spool/spool-folders.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const scratch = scratchFolder('spool-folders');
let roots = 0;
const newRoot = (): string => {
  const root = join(scratch.path, `r${roots++}`);
  mkdirSync(root);
  return root;
};

/** As output `output`, for receiver `whom`. */
function destination(output: string, whom: string): SpoolDestination {
  return { output, label: `http ${whom}`, form: 'json', digest: whom.repeat(16).slice(0, 16) };
}

async function fill(root: string, name: string, whom: SpoolDestination, count = 5): Promise<void> {
  const folder = join(root, name);
  const spool = new Spool({ folder, sizeMax: 1 << 20, isLocked: true, destination: whom });
  await spool.open();
  if (count > 0) await spool.append(someAlerts(1, count));
  await spool.close();
}

async function choose(root: string, outputs: readonly SpoolDestination[]) {
  const { names, unclaimed } = chooseSpools(outputs, await findSpools(root));
  return {
    names: Object.fromEntries(names),
    unclaimed: unclaimed.map(({ name, count }) => [name, count]),
  };
}

describe('the spool of an output', () => {
  const rows: [what: string, outputs: SpoolDestination[], names: object, unclaimed: unknown[]][] = [
    ['is its own', [destination('http-1', 'a')], { 'http-1': 'http-1' }, []],
    ['is found under another name', [destination('siem', 'a')], { siem: 'http-1' }, []],
    [
      'is found where another output has its name now',
      [destination('http-1', 'b'), destination('http-2', 'a')],
      { 'http-1': 'http-1-2', 'http-2': 'http-1' },
      [],
    ],
    [
      'is never that of another receiver',
      [destination('http-1', 'b')],
      { 'http-1': 'http-1-2' },
      [['http-1', 5]],
    ],
    ['waits for its output', [], {}, [['http-1', 5]]],
  ];
  it.each(rows)('%s', async (_, outputs, names, unclaimed) => {
    const root = newRoot();
    await fill(root, 'http-1', destination('http-1', 'a'));
    expect(await choose(root, outputs)).toEqual({ names, unclaimed });
  });

  it('is the one with alerts, not an empty one of its name', async () => {
    const root = newRoot();
    await fill(root, 'siem', destination('siem', 'a'), 0);
    await fill(root, 'http-1', destination('http-1', 'a'));
    const found = await choose(root, [destination('siem', 'a')]);
    expect(found).toEqual({ names: { siem: 'http-1' }, unclaimed: [] });
  });

  it('takes over what another output of the same destination has left', async () => {
    const root = newRoot();
    await fill(root, 'one', destination('one', 'a'));
    await fill(root, 'two', destination('two', 'a'));
    const whom = destination('one', 'a');
    const { names, further, unclaimed } = chooseSpools([whom], await findSpools(root));
    expect([names.get('one'), unclaimed]).toEqual(['one', []]);
    const absorbed = (further.get('one') ?? []).map(({ folder }) => folder);
    const folder = join(root, 'one');
    const spool = new Spool({
      folder,
      sizeMax: 1 << 20,
      isLocked: true,
      destination: whom,
      absorbed,
    });
    await spool.open();
    const lines = (await spool.peek(99)).map(({ line }) => line);
    expect(lines).toEqual(['1', '2', '3', '4', '5', '1', '2', '3', '4', '5']);
    await spool.close();
    expect((await findSpools(root)).map(({ count }) => count)).toEqual([10, 0]);
  });

  it('is another one’s when nothing waits in it', async () => {
    const root = newRoot();
    await fill(root, 'http-1', destination('http-1', 'a'), 0);
    const found = await choose(root, [destination('http-1', 'b')]);
    expect(found).toEqual({ names: { 'http-1': 'http-1' }, unclaimed: [] });
    await fill(root, 'http-1', destination('http-1', 'b'));
    expect((await findSpools(root))[0]?.destination?.label).toBe('http b');
  });

  it('is found while one of the two places that name its receiver is damaged', async () => {
    for (const file of ['destination.json', 'position']) {
      const root = newRoot();
      await fill(root, 'http-1', destination('http-1', 'a'));
      writeFileSync(join(root, 'http-1', file), 'damaged');
      const mine = await choose(root, [destination('x', 'a')]);
      expect(mine).toEqual({ names: { x: 'http-1' }, unclaimed: [] });
      const notMine = await choose(root, [destination('http-1', 'b')]);
      expect(notMine.unclaimed).toEqual([['http-1', 5]]);
    }
  });

  it('with alerts for another receiver is not opened', async () => {
    const root = newRoot();
    await fill(root, 'h', destination('h', 'a'));
    await expect(fill(root, 'h', destination('h', 'b'))).rejects.toThrow(
      'its spool holds 5 alerts for http a (json)',
    );
  });
});
