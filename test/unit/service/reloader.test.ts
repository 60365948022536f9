import { describe, expect, it } from 'vitest';
import { type Engine, loadConfig } from '../../../engine/index.ts';
import { Reloader } from '../../../engine/service/reloader.ts';

const request = { rulesFiles: [], options: [], configFile: undefined };
const load = () => loadConfig({ ...request, plugin: undefined, openParams: undefined });

/** An engine whose reloads are over when the test says so. */
function setUp() {
  const waiting: (() => void)[] = [];
  let reloads = 0;
  const reports: unknown[] = [];
  const engine = {
    isLive: false,
    rulesSignature: () => '',
    reload: async () => {
      reloads += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { isUsed: true, ruleCount: 1, diagnostics: [] };
    },
  } as unknown as Engine;
  const { value: config } = load();
  if (config === undefined) throw new Error('no configuration');
  const reloader = new Reloader({
    engine,
    config,
    configFile: undefined,
    loadConfig: load,
    onReload: (ruleCount) => reports.push(ruleCount),
  });
  const finish = async (): Promise<void> => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waiting.shift()?.();
  };
  return { reloader, reports, finish, reloads: () => reloads };
}

describe('rules that are read again', () => {
  it('are read once more for any number of signals that come meanwhile', async () => {
    const { reloader, reports, finish, reloads } = setUp();
    const first = reloader.reload();
    await finish();
    await first;
    const second = reloader.reload();
    await new Promise((resolve) => setImmediate(resolve));
    const others = Array.from({ length: 100 }, () => reloader.reload());
    await finish();
    await second;
    await finish();
    await Promise.all(others);
    expect([reloads(), reports]).toEqual([3, [1, 1, 1]]);
    reloader.close();
  });

  it('are left alone, without a word, when the run ends', async () => {
    const { reloader, reports, finish, reloads } = setUp();
    const first = reloader.reload();
    await new Promise((resolve) => setImmediate(resolve));
    const second = reloader.reload();
    reloader.close();
    await finish();
    await Promise.all([first, second]);
    expect([reloads(), reports]).toEqual([1, []]);
  });
});
