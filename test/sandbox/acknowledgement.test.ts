/* A source gets its events acknowledged when they are with the outputs, and not before. */

import { describe, expect, it } from 'vitest';
import { buildEngine, loadConfig } from '../../engine/index.ts';
import { buildPlugin, SOURCE_MANIFEST, sourceModule } from '../support/hostile-module.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('acknowledgement');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: evt.num > 0, output: "%evt.num", priority: INFO, source: hostile}\n',
);

/** The stream ends after its event. */
const END = '(i32.store8 (i32.const 1028) (i32.const 2)) (return (i32.const 1024))';

describe('acknowledgement', () => {
  it('comes when the outputs have the alerts, and before the source is closed', async () => {
    // A trap is what a test can see of a call.
    const module = sourceModule({ next: END, acknowledge: 'unreachable' });
    const path = await buildPlugin(folder.path, module, SOURCE_MANIFEST);
    const { value: config } = loadConfig({
      configFile: undefined,
      rulesFiles: [rules],
      options: [
        `plugins=${JSON.stringify([{ name: 'hostile_source', library_path: path, open_params: '' }])}`,
      ],
      plugin: undefined,
      openParams: undefined,
    });
    if (config === undefined) throw new Error('no configuration');
    const { engine } = await buildEngine(config);
    const seen: string[] = [];
    await engine?.run({
      deliver: async () => {
        seen.push('delivery begins');
        await new Promise((resolve) => setTimeout(resolve, 200));
        seen.push('delivery is over');
      },
      onFault: ({ kind }) => seen.push(kind),
    });
    expect(seen.slice(0, 3)).toEqual(['delivery begins', 'delivery is over', 'trap']);
    // The event was handed on: it is not read again because its acknowledgement failed.
    expect(seen.filter((one) => one === 'delivery begins')).toHaveLength(1);
  });
});
