// What it costs that plugins of others run in processes: the same run as it is by default and with threads, one after the
// other. A plugin of the product under another path is a stranger's.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** For every case: wall times with threads and with processes, and the median of the ratios of the pairs. */
export async function measureIsolation(
  repository,
  folder,
  { runProgram, runs, lines, gzip, line },
) {
  const place = join(folder, 'isolation');
  mkdirSync(place);
  for (const name of ['json', 'cloudtrail'])
    copyFileSync(join(repository, `dist/plugins/${name}.wasm`), join(place, `${name}.wasm`));
  const others = (name) => join(place, `${name}.wasm`);
  const cases = [
    { name: "a stranger's extractor, JSON lines", source: 'cloudtrail', open: lines },
    { name: "a stranger's extractor, gzip", source: 'cloudtrail', open: gzip },
    { name: "a stranger's source too, JSON lines", source: others('cloudtrail'), open: lines },
    { name: "a stranger's source too, gzip", source: others('cloudtrail'), open: gzip },
    { name: 'start and end, both', source: others('cloudtrail'), open: line },
  ];
  const rows = [];
  for (const [index, { name, source, open }] of cases.entries()) {
    const config = join(place, `${index}.yaml`);
    const cloudtrail = { name: 'cloudtrail', open_params: open };
    const json = { name: 'json', library_path: others('json') };
    const stranger = source === 'cloudtrail' ? cloudtrail : { ...cloudtrail, library_path: source };
    const load_plugins = ['cloudtrail', 'json'];
    writeFileSync(config, JSON.stringify({ plugins: [json, stranger], load_plugins }));
    // The same files where they lie as the product's own: those run in threads.
    const own = join(place, `${index}-own.yaml`);
    writeFileSync(own, JSON.stringify({ plugins: [cloudtrail], load_plugins }));
    const rules = join(repository, 'test/bench/rules-22.yaml');
    const run = async (isolation) => {
      const args = ['run', '-q', '-c', isolation === 'thread' ? own : config, '-r', rules];
      const { code, wallMs, errors } = await runProgram(args);
      if (code !== 0 && code !== 3) throw new Error(`${name}: exit ${code}\n${errors}`);
      return wallMs;
    };
    await run('process');
    const pairs = [];
    for (let count = 0; count < Math.max(5, runs); count++)
      pairs.push({ thread: await run('thread'), process: await run('process') });
    rows.push({
      name,
      threadMs: median(pairs.map((pair) => pair.thread)),
      processMs: median(pairs.map((pair) => pair.process)),
      ratio: median(pairs.map((pair) => pair.process / pair.thread)),
    });
  }
  return rows;
}
