import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProgressGuard } from '../../../engine/cli/console/progress-guard.ts';
import { findServiceManager } from '../../../engine/cli/console/service-manager.ts';
import type { EngineStatus } from '../../../engine/index.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { serviceStatus } from '../../support/service-status.ts';

const scratch = scratchFolder('progress-guard');

function setUp() {
  const { engine } = serviceStatus();
  const heard: string[] = [];
  const state = { nowMs: 0, status: engine as EngineStatus | undefined };
  const guard = new ProgressGuard({
    status: () => state.status,
    manager: {
      ready: () => heard.push('ready'),
      alive: () => heard.push('alive'),
      stopping: () => heard.push('stopping'),
      intervalMs: 10_000,
    },
    say: (message) => heard.push(message),
    render: (message) => message,
    end: () => heard.push('end'),
    nowMs: () => state.nowMs,
  });
  const look = (ms: number, change: Partial<EngineStatus> = {}): string[] => {
    heard.length = 0;
    state.nowMs += ms;
    state.status = { ...engine, ...change };
    guard.look();
    return [...heard];
  };
  return { guard, look, heard };
}

describe('a run that is watched', () => {
  it('is ready when all streams are read, and alive as long as it gets on', () => {
    const { guard, look, heard } = setUp();
    const [stream] = serviceStatus({ phase: 'starting' }).engine.streams;
    expect(look(0, { streams: stream === undefined ? [] : [stream] })).toEqual(['alive']);
    expect(look(1_000)).toEqual(['ready']);
    expect(look(8_000)).toEqual([]);
    expect(look(1_000)).toEqual(['alive']);
    guard.close();
    expect(heard.at(-1)).toBe('stopping');
  });

  it('that makes no progress is reported once, not alive, and ended after a minute', () => {
    const { guard, look } = setUp();
    look(0);
    expect(look(1_000, { stalledMs: 30_000 })).toEqual(['evaluation makes no progress for 30 s']);
    expect(look(20_000, { stalledMs: 50_000 })).toEqual([]);
    expect(look(10_000, { stalledMs: 60_000 })).toEqual(['end']);
    expect(look(1_000, { stalledMs: 0 })).toEqual(['alive']);
    guard.close();
  });
});

describe('a service manager', () => {
  it('goes through `systemd-notify`', async () => {
    const told = `${scratch.path}/told`;
    const fake = scratch.write('systemd-notify', `#!/bin/sh\necho "$*" >> ${told}\n`);
    chmodSync(fake, 0o755);
    const manager = findServiceManager({
      PATH: [scratch.path, process.env.PATH].join(delimiter),
      NOTIFY_SOCKET: '/run/systemd/notify',
      WATCHDOG_USEC: '30000000',
    });
    expect(manager.intervalMs).toBe(10_000);
    manager.ready();
    while (!existsSync(told)) await new Promise((resolve) => setTimeout(resolve, 5));
    while (readFileSync(told, 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(readFileSync(told, 'utf8')).toBe(`--pid=${process.pid} --ready\n`);
  });

  it('that does not exist gets nothing', () => {
    expect(findServiceManager({}).intervalMs).toBeUndefined();
    const other = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' };
    expect(findServiceManager(other).intervalMs).toBeUndefined();
  });
});
