/* A source that goes on from any of its positions gives the events that it would have given, and no others. */

import { describe, expect, it } from 'vitest';
import type { SourceInstance } from '../../engine/plugin/abi/plugin-instance.ts';
import { createServices } from '../../engine/plugin/host/host-services.ts';
import { instantiatePlugin } from '../../engine/plugin/instance.ts';
import { openRoot, preparePluginNamed } from '../support/read-with-plugin.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('resume');
const plugin = await preparePluginNamed('cloudtrail', folder.path);
const record = (id: number): string => `{"eventName":"E${id}","eventTime":"2026-01-01T00:00:00Z"}`;
folder.write('logs/1.jsonl', [1, 2, 3].map(record).join('\n'));
folder.write(
  'logs/2 with\na line end.json',
  `{"x":1,"Records":[${[4, 5, 6].map(record).join(', ')}]}`,
);
folder.write('logs/3.json', `[${[7, 8].map(record).join()}]\n${record(9)}`);
const location = `${folder.path}/logs`;

function start(position?: Uint8Array): SourceInstance {
  const services = createServices({
    plugin: 'cloudtrail',
    clock: undefined,
    store: openRoot(location),
    onLog: () => {},
    onProblem: () => {},
  });
  const { source } = instantiatePlugin(plugin, services);
  if (source === undefined) throw new Error('not a source');
  source.open(location);
  if (position !== undefined) source.resume(position);
  return source;
}

interface Read {
  readonly names: string[];
  /** After each event. */
  readonly positions: Uint8Array[];
}

function readOn(source: SourceInstance): Read {
  const read: Read = { names: [], positions: [] };
  const room = new Uint8Array(1 << 20);
  for (;;) {
    const step = source.next(1 << 20, 1, room);
    if (step.kind === 'end') return read;
    if (step.kind === 'idle' || step.batch.times.length === 0) continue;
    const { data, spans } = step.batch;
    const text = Buffer.from(data.subarray(spans[0], spans[1])).toString();
    read.names.push((JSON.parse(text) as { eventName: string }).eventName);
    read.positions.push(source.checkpoint());
  }
}

describe('a position', () => {
  const { names, positions } = readOn(start());

  it('is there after every event', () => {
    expect(names).toEqual(['E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7', 'E8', 'E9']);
    expect(positions).toHaveLength(names.length);
  });

  it.each(names.map((name, index) => [name, index] as const))(
    'after %s is resumed from',
    (_name, index) => {
      expect(readOn(start(positions[index])).names).toEqual(names.slice(index + 1));
    },
  );

  it.each(['', '1\n0\n0\n0\n1\n0\n1\nx', 'nonsense'])(
    'that is not valid is refused: %j',
    (text) => {
      expect(() => start(Buffer.from(text))).toThrow('not a position');
    },
  );
});
