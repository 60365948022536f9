import { join } from 'node:path';
import { readComponentFile } from '../../engine/plugin/gate/component-file.ts';
import { createServices } from '../../engine/plugin/host/host-services.ts';
import { instantiatePlugin } from '../../engine/plugin/instance.ts';
import { preparePlugin } from '../../engine/plugin/prepare/prepare-plugin.ts';
import type { PreparedPlugin } from '../../engine/plugin/prepare/prepared-plugin.ts';
import { StoreClient } from '../../engine/store/client/store-client.ts';
import { ThreadLink } from '../../engine/store/client/store-link.ts';
import type { ReportOddity } from '../../engine/store/object-store.ts';
import { IoThread } from '../../engine/store/thread/io-thread.ts';
import { WorkerStock } from '../../engine/worker/worker-stock.ts';
import { REPOSITORY } from './run-program.ts';
import { storeRoot } from './store-root.ts';

/** The built plugin, prepared as the engine prepares it. */
export async function preparePluginNamed(
  name: string,
  cacheDirectory: string,
): Promise<PreparedPlugin> {
  const { value: file } = readComponentFile(join(REPOSITORY, `dist/plugins/${name}.wasm`));
  if (file === undefined) throw new Error('dist/plugins is missing: run `npm run build` first');
  const { value, diagnostics } = await preparePlugin(file, {
    cacheDirectory,
  });
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  return value;
}

let io: IoThread | undefined;

/** The location as a plugin's store has it, through an I/O thread that all tests of a file share. */
export function openRoot(location: string, report: ReportOddity = () => {}): StoreClient {
  io ??= new IoThread({
    stock: new WorkerStock([]),
    onDefect: (error) => {
      throw error;
    },
    onPoison: () => Promise.resolve(false),
  });
  const roots = { stores: { input: storeRoot(location) }, queues: {} };
  const link = new ThreadLink(io.connect(roots, 'test'));
  return new StoreClient({ link, report, lastRun: 0, isStopped: () => false });
}

export interface ReadResult {
  readonly events: string[];
  readonly lost: string[];
  readonly warnings: string[];
}

/** Everything that the plugin's source delivers and reports of a location. */
export function readLocation(plugin: PreparedPlugin, location: string): ReadResult {
  const result: ReadResult = { events: [], lost: [], warnings: [] };
  const note = (severity: 'lost' | 'warning', text: string): void => {
    (severity === 'lost' ? result.lost : result.warnings).push(text);
  };
  const services = createServices({
    plugin: plugin.manifest.name,
    clock: undefined,
    onLog: () => {},
    onProblem: ({ severity, line, message }) => note(severity, `${line}: ${message}`),
    store: openRoot(location, (severity, _subject, message) => note(severity, message)),
  });
  const instance = instantiatePlugin(plugin, services);
  instance.init('');
  const { source } = instance;
  if (source === undefined) throw new Error('not a source');
  source.open(location);
  for (
    let step = source.next(1 << 20, 2048, new Uint8Array(0));
    step.kind !== 'end';
    step = source.next(1 << 20, 2048, new Uint8Array(0))
  ) {
    if (step.kind === 'idle') continue;
    const { data, spans } = step.batch;
    for (let at = 0; at < spans.length; at += 2) {
      const bytes = data.subarray(spans[at], spans[at + 1]);
      // Long ones only count.
      result.events.push(bytes.length > 100_000 ? '' : new TextDecoder().decode(bytes));
    }
  }
  source.close();
  return result;
}
