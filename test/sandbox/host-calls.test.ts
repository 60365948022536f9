/* What a plugin may take of the host, and what it may put in the place of others. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  buildPlugin,
  EXTRACTOR_MANIFEST,
  extractorModule,
  NOTHING_FOUND,
  SOURCE_MANIFEST,
  sourceModule,
} from '../support/hostile-module.ts';
import { runProgram } from '../support/run-program.ts';
import { sampled } from '../support/sampled.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-host-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const events = join(folder, 'events.jsonl');
writeFileSync(events, '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}\n'.repeat(3));

const rule = (name: string, source: string, condition: string): string =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: ${name} %evt.num\n` +
  `  priority: INFO\n  source: ${source}\n`;

const LOG = '(import "tiercel:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))' as const;
const REPORT =
  '(import "tiercel:plugin/report@0.1.0" "add" (func $add (param i32 i32 i32 i64 i32 i32)))';
const OPEN = `(import "tiercel:plugin/store@0.1.0" "open"
  (func $open (param i32 i32 i32 i32 i32 i64 i32)))`;

const repeat = (count: number, body: string): string =>
  `(local $at i32) (loop $again ${body} (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $at) (i32.const ${count}))))`;

describe('an extractor', () => {
  async function runBeside(
    path: string,
    condition = 'bad.value = x',
  ): ReturnType<typeof runProgram> {
    const config = join(path, '../tiercel.yaml');
    const plugins = `  - name: hostile\n    library_path: ${path}\n  - name: cloudtrail\n    open_params: ${events}\n`;
    writeFileSync(config, `plugins:\n${plugins}`);
    const rules = join(path, '../rules.yaml');
    writeFileSync(
      rules,
      rule('bad', 'aws_cloudtrail', condition) + rule('good', 'aws_cloudtrail', 'ct.name = A'),
    );
    return runProgram(['run', '-c', config, '-r', rules]);
  }
  const fields = (name: string): typeof EXTRACTOR_MANIFEST => ({
    ...EXTRACTOR_MANIFEST,
    extractor: { fields: [{ name, type: 'string', description: 'of another' }] },
  });
  const idle = extractorModule({ extract: NOTHING_FOUND });

  it('cannot offer a field of another plugin: both are named', async () => {
    const path = await buildPlugin(folder, idle, fields('ct.name'));
    const { code, stdout, stderr } = await runBeside(path, 'ct.name = B');
    expect(stderr).toContain('PLUGIN_FIELD_TAKEN');
    expect(stderr).toMatch(
      /two plugins offer field `ct\.name` of `aws_cloudtrail`: `hostile` 0\.1\.0 \(.*hostile\.wasm\) and `cloudtrail`/,
    );
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each(['evt.num', 'evt.plugininfo'])('cannot offer %s, which is the engine’s', async (name) => {
    const path = await buildPlugin(folder, idle, fields(name));
    const { code, stderr } = await runBeside(path, 'evt.num > 7');
    expect(stderr).toContain(`offers field \`${name}\` of the engine`);
    expect(code).toBe(1);
  });

  it('that logs a text of 100 MB faults; the other plugin’s alerts are all there', async () => {
    const module = extractorModule({
      more: LOG,
      pages: 1700,
      extract: `(call $log (i32.const 0) (i32.const 65536) (i32.const 100000000)) ${NOTHING_FOUND}`,
    });
    const { code, stdout, stderr } = await runBeside(await buildPlugin(folder, module));
    expect(stderr).toMatch(/plugin `?hostile.*calls the host with a text of 100000000 bytes/);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(code).toBe(3);
  });

  it('that writes much to the log is printed up to its limit, and counted beyond it', async () => {
    const lines = repeat(1_500, '(call $log (i32.const 2) (i32.const 2048) (i32.const 1))');
    const module = extractorModule({ more: LOG, extract: `${lines} ${NOTHING_FOUND}` });
    const { code, stderr } = await runBeside(await buildPlugin(folder, module));
    expect(stderr.match(/^hostile notice: /gm)).toHaveLength(1_000);
    expect(stderr).toContain('500 more messages of plugin `hostile`, beyond the first 1,000');
    expect(code).toBe(0);
  });

  it('that writes to the log without end faults', async () => {
    const flood = repeat(300_000, '(call $log (i32.const 0) (i32.const 2048) (i32.const 1))');
    const module = extractorModule({ more: LOG, extract: `${flood} ${NOTHING_FOUND}` });
    const { code, stdout, stderr } = await runBeside(await buildPlugin(folder, module));
    // On a machine that is busy the time limit may be over first.
    expect(stderr).toMatch(
      /more than 250000 calls of the host in one call|no answer within the time limit/,
    );
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(code).toBe(3);
  });
});

describe('a source', () => {
  async function runSource(path: string, location?: string): ReturnType<typeof runProgram> {
    const config = join(path, '../tiercel.yaml');
    const params = location === undefined ? "''" : location;
    writeFileSync(
      config,
      `plugins:\n  - name: hostile_source\n    library_path: ${path}\n    open_params: ${params}\n`,
    );
    const rules = join(path, '../rules.yaml');
    writeFileSync(rules, rule('any', 'hostile', 'evt.num > 0'));
    return runProgram(['run', '-c', config, '-r', rules]);
  }

  it('that leaves objects open is stopped at the limit', async () => {
    const open = `(call $open (i32.const 2100) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 1)
      (i64.const 0) (i32.const 2200))`;
    const more = `${OPEN} (data (i32.const 2100) "input") (func $openAll ${repeat(100, open)})`;
    const path = await buildPlugin(folder, sourceModule({ more, next: '(call $openAll)' }), {
      ...SOURCE_MANIFEST,
      source: { ...SOURCE_MANIFEST.source, openParams: 'location' },
      capabilities: { store: ['input'] },
    });
    const { code, stdout, stderr } = await runSource(path, events);
    expect(stderr).toContain('calls the host with more than 64 objects open at a time');
    expect(stderr).toContain('hostile');
    expect(stdout).toContain('any 1');
    expect([1, 3]).toContain(code);
  });

  /** What is to be read lies in a folder with this beside it. */
  const granted = join(folder, 'granted');
  mkdirSync(granted);
  writeFileSync(join(granted, 'inside.json'), '{}');
  writeFileSync(join(folder, 'secret'), 'secret');
  symlinkSync(join(folder, 'secret'), join(granted, 'link'));
  symlinkSync(folder, join(granted, 'up'));
  const attempts: [root: string, path: string, said: RegExp][] = [
    ['input', '../secret', /denied|not|outside|invalid/i],
    ['input', '/etc/passwd', /denied|not|outside|invalid/i],
    ['input', 'x/../../secret', /denied|not|outside|invalid/i],
    ['input', 'link', /denied|not|outside|link/i],
    ['input', 'up/secret', /denied|not|outside|link/i],
    ['input', 'inside.json\\00', /denied|not|invalid/i],
    ['input', '/proc/self/environ', /denied|not|outside|invalid/i],
    ['input', '', /denied|not|folder|directory|io/i],
    ['other', 'inside.json', /store root `other` was not granted/],
    ['__proto__', 'inside.json', /store root `__proto__` was not granted/],
  ];
  it.each(sampled([...attempts, ['input', 'inside.json', /^2 events/m] as const], 4))(
    'that opens %s %s',
    async (root, path, said) => {
      const size = (text: string): number => Buffer.byteLength(text.replace('\\00', '\0'));
      const open = `(call $open (i32.const 2100) (i32.const ${size(root)}) (i32.const 2400)
        (i32.const ${size(path)}) (i32.const 1) (i64.const 0) (i32.const 2200))`;
      const load = (to: number, from: number): string =>
        `(i32.store (i32.const ${to}) (i32.load (i32.const ${from})))`;
      // Opened: one more event, then the end. Refused: the error is the end of the stream.
      const next = `${open} ${load(1024, 2200)} ${load(1028, 2204)}
        (if (i32.load8_u (i32.const 2200)) (then ${load(1032, 2208)} ${load(1036, 2212)} (return (i32.const 1024))))
        (if (global.get $opened) (then (i32.store8 (i32.const 1028) (i32.const 2)) (return (i32.const 1024))))
        (global.set $opened (i32.const 1)) (i32.store (i32.const 1028) (i32.const 0))`;
      const more = `${OPEN} (global $opened (mut i32) (i32.const 0))
        (data (i32.const 2100) "${root}") (data (i32.const 2400) "${path}")`;
      const plugin = await buildPlugin(folder, sourceModule({ more, next }), {
        ...SOURCE_MANIFEST,
        source: { ...SOURCE_MANIFEST.source, openParams: 'location' },
        capabilities: { store: ['input'] },
      });
      const { code, stdout, stderr } = await runSource(plugin, granted);
      expect(stderr).toMatch(said);
      const isGranted = root === 'input' && path === 'inside.json';
      expect(stdout.match(/any/g)).toHaveLength(isGranted ? 2 : 1);
      expect(code).toBe(isGranted ? 0 : 3);
    },
  );

  it('that goes on without events for ever is given up', async () => {
    // The answer of `next` in zeroes: a batch of nothing.
    const path = await buildPlugin(
      folder,
      sourceModule({ next: '(return (i32.const 2048))' }),
      SOURCE_MANIFEST,
    );
    const { code, stdout, stderr } = await runSource(path);
    expect(stdout).toContain('any 1');
    expect(stderr).toContain('10000 batches in a row without an event');
    expect(stderr).toContain('plugin `hostile_source` was given up');
    expect(code).toBe(3);
  });

  it('that reports a long subject has it cut', async () => {
    const next = `(call $add (i32.const 0) (i32.const 8192) (i32.const 50000) (i64.const 1) (i32.const 8192) (i32.const 3))
      (i32.store8 (i32.const 2052) (i32.const 2)) (return (i32.const 2048))`;
    const path = await buildPlugin(folder, sourceModule({ more: REPORT, next }), SOURCE_MANIFEST);
    const { stdout, stderr } = await runSource(path);
    expect(stdout).toContain('any 1');
    expect(stderr.length).toBeGreaterThan(4_096);
    // Each of its characters is a control character, which is printed as four to six.
    expect(stderr.length).toBeLessThan(6 * 4_096 + 2_000);
  });
});
