/* What a plugin takes from the host it gives back, and calls leave nothing behind. */

import { describe, expect, it } from 'vitest';
import { createServices, type PluginStore } from '../../engine/plugin/host/host-services.ts';
import { instantiatePlugin } from '../../engine/plugin/instance.ts';
import { TASK_RESOLVED, TEXT_DECODER } from '../../engine/plugin/prepare/amend-glue.ts';
import { preparePluginNamed } from '../support/read-with-plugin.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('host-calls');
const plugin = await preparePluginNamed('cloudtrail', folder.path);
const RECORD = Buffer.from('{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}\n');

describe('host calls', () => {
  it('that open objects are followed by as many that close them', () => {
    const FILES = 50;
    let opened = 0;
    let closed = 0;
    const store: PluginStore = {
      listEntries: (_root, after) =>
        after !== ''
          ? []
          : Array.from({ length: FILES }, (_, index) => ({
              path: `${100 + index}.json`,
              size: RECORD.length,
              modifiedNs: 0n,
            })),
      open: () => {
        opened += 1;
        let isRead = false;
        return {
          read: () => {
            const bytes = isRead ? new Uint8Array(0) : RECORD;
            isRead = true;
            return bytes;
          },
          close: () => {
            closed += 1;
          },
        };
      },
    };
    const services = createServices({
      plugin: 'cloudtrail',
      clock: undefined,
      store,
      onLog: () => {},
      onProblem: () => {},
    });
    const { source } = instantiatePlugin(plugin, services);
    source?.open('x');
    let events = 0;
    const room = new Uint8Array(1 << 20);
    for (;;) {
      const step = source?.next(1 << 20, 10, room);
      if (step?.kind !== 'events') break;
      events += step.batch.times.length;
    }
    expect(events).toBe(FILES);
    expect(opened).toBe(FILES);
    expect(closed).toBe(FILES);
  });

  it('have their texts measured before they are copied', () => {
    expect(plugin.glue).not.toContain(TEXT_DECODER);
    expect(plugin.glue).toMatch(/TEXT_DECODER_UTF8 = \{ decode: /);
  });

  it('are forgotten by the generated code when they are over', () => {
    // Without it 5 GB of logs left 100 MB behind, and every call searched through them.
    const ends = plugin.glue.split(TASK_RESOLVED).slice(1);
    expect(ends.length).toBeGreaterThan(0);
    for (const end of ends)
      expect(end).toMatch(/^ createdTask\.validate\w+\(\); clearCurrentTask\(/);
  });
});
