import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  buildPlugin,
  buildWithin,
  EXTRACTOR_MANIFEST,
  extractorModule,
  NOTHING_FOUND,
} from '../support/hostile-module.ts';
import { bareComponent, withManifest } from '../support/plugin-files.ts';
import { runProgram } from '../support/run-program.ts';
import { IS_WHOLE, sampled } from '../support/sampled.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = extractorModule({ extract: NOTHING_FOUND });
const events = join(folder, 'events.jsonl');
writeFileSync(events, '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}\n'.repeat(3));
const rules = join(folder, 'rules.yaml');
writeFileSync(
  rules,
  `- rule: bad\n  desc: d\n  condition: bad.value = x\n  output: bad\n  priority: INFO\n  source: aws_cloudtrail\n` +
    `- rule: good\n  desc: d\n  condition: ct.name = A\n  output: good %evt.num\n  priority: INFO\n  source: aws_cloudtrail\n`,
);

/** Events of which the third is longer than the others together. */
const LONG_SIZE = 500;
const short = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';
const long = short.replace('"A"', `"A","requestParameters":"${'x'.repeat(LONG_SIZE)}"`);
const eventsWithOneLong = join(folder, 'one-long.jsonl');
writeFileSync(eventsWithOneLong, [short, short, long, short, short].join('\n'));

async function runWith(path: string, location = events): ReturnType<typeof runProgram> {
  const config = join(folder, `${Math.abs(path.length)}-${path.split('/').at(-2)}.yaml`);
  writeFileSync(
    config,
    `plugins:\n  - name: hostile\n    library_path: ${path}\n  - name: cloudtrail\n    open_params: ${location}\n`,
  );
  return runProgram(['run', '-c', config, '-r', rules]);
}

describe('a hostile extractor does not take the process down', () => {
  const answers: [name: string, body: string, more: string, said: RegExp][] = [
    ['that traps', 'unreachable', '', /unreachable/],
    [
      'that overflows the stack',
      '(call $again)',
      '(func $again (result i32) (call $again))',
      /stack/i,
    ],
    [
      'that grows without end',
      '(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable',
      '',
      /unreachable/,
    ],
    [
      'that lies about lengths',
      '(i32.store (i32.const 1024) (i32.const 2048)) (i32.store (i32.const 1028) (i32.const 999)) (i32.const 1024)',
      '',
      /999 cells, expected|out of bounds|wrong answer/,
    ],
    [
      'that names entries it never made',
      `(i32.store (i32.const 2048) (i32.const 7)) (i32.store (i32.const 2052) (i32.const 7)) (i32.store (i32.const 2056) (i32.const 7))
       (i32.store (i32.const 1024) (i32.const 2048)) (i32.store (i32.const 1028) (i32.shr_u (local.get $spanCount) (i32.const 1)))
       (i32.store (i32.const 1032) (i32.const 8)) (i32.store (i32.const 1040) (i32.const 8)) (i32.store (i32.const 1048) (i32.const 8))
       (i32.store (i32.const 1056) (i32.const 8)) (i32.store (i32.const 1064) (i32.const 8)) (i32.store (i32.const 1072) (i32.const 8))
       (i32.store (i32.const 1080) (i32.const 8)) (i32.const 1024)`,
      '',
      /cell 7 of request 0/,
    ],
  ];
  it.each(sampled(answers, 2))('%s', async (_name, body, more, said) => {
    const { code, stdout, stderr } = await runWith(
      await buildPlugin(folder, extractorModule({ extract: body, more })),
    );
    expect(stderr).toMatch(said);
    expect(stderr).toContain('3 events were evaluated in part, 1 rule not evaluated for them: bad');
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stderr).toContain('3 events,');
    expect(code).toBe(3);
  });

  const onOneEvent: [name: string, misdeed: string, said: RegExp][] = [
    ['traps', 'unreachable', /unreachable/],
    ['loops', '(loop $forever (br $forever))', /no answer within the time limit/],
    [
      'grows without end',
      '(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable',
      /unreachable/,
    ],
    ['lies', '(return (i32.const 8))', /cells, expected|out of bounds|wrong answer/],
  ];
  it.each(sampled(onOneEvent, 2))(
    'that %s on one event of many: every rule that does without it is evaluated for all of them',
    async (_name, misdeed, said) => {
      const body = `(if (i32.gt_u (local.get $size) (i32.const ${LONG_SIZE})) (then ${misdeed})) ${NOTHING_FOUND}`;
      const path = await buildPlugin(folder, extractorModule({ extract: body }));
      const { code, stdout, stderr } = await runWith(path, eventsWithOneLong);
      expect(stdout.trim().split('\n')).toEqual(
        [1, 2, 3, 4, 5].map((number) => `00:00:00.000000000: Informational good ${number}`),
      );
      expect(stderr).toMatch(said);
      expect(stderr).toContain('1 event was evaluated in part, 1 rule not evaluated for them: bad');
      expect(stderr).toContain('event 3 is evaluated without it');
      expect(stderr).toMatch(/^5 events,/m);
      expect(code).toBe(3);
    },
    120_000,
  );
});

describe('a stream', () => {
  it.runIf(IS_WHOLE)(
    'is read to its end when an extractor traps on twenty of its events',
    async () => {
      const count = 40_960;
      const size = 150_000;
      const large = short.replace('"A"', `"A","requestParameters":"${'x'.repeat(size)}"`);
      const lines = Array.from({ length: count }, (_, at) => (at % 2048 === 7 ? large : short));
      const location = join(folder, 'twenty.jsonl');
      writeFileSync(location, lines.join('\n'));
      // A batch of short events is smaller than one large event.
      const body = `(if (i32.gt_u (local.get $size) (i32.const ${size})) (then unreachable)) ${NOTHING_FOUND}`;
      const { code, stdout, stderr } = await runWith(
        await buildPlugin(folder, extractorModule({ extract: body, pages: 100 })),
        location,
      );
      expect(stdout.trim().split('\n')).toHaveLength(count);
      expect(stderr).toMatch(/^40,960 events,/m);
      // How many of them are forgiven depends on how fast they come; none of them ends the stream.
      expect(stderr).toMatch(/(?:1[6-9]|20) × trap/);
      expect(stderr).toMatch(
        /[\d,]+ events were evaluated in part, 1 rule not evaluated for them: bad/,
      );
      expect(code).toBe(3);
    },
    300_000,
  );
});

describe('a plugin is refused before it runs', () => {
  it('when it imports what it did not ask for', async () => {
    const { component, manifest } = bareComponent('cloudtrail');
    const path = join(folder, 'denied.wasm');
    writeFileSync(path, withManifest(component, { ...manifest, capabilities: {} }));
    const { code, stderr } = await runProgram(['plugin', 'inspect', path]);
    expect(stderr).toMatch(
      /imports `tiercel:plugin\/store@0\.1\.0`, which its manifest does not ask for/,
    );
    expect(code).toBe(1);
  });

  it('when its modules want a memory for each of many instances', async () => {
    const bombs = '(core instance (instantiate $bomb))'.repeat(3);
    const path = await buildWithin(folder, GOOD, `(core module $bomb (memory 2000)) ${bombs}`);
    const { code, stdout, stderr } = await runWith(path);
    expect(stderr).toMatch(/plugin `hostile`.*asks for more memory than it may have/);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(code).toBe(3);
  });

  it('when a function of it costs too much to compile, before anything compiles it', async () => {
    const locals = '(local i64)'.repeat(9_000);
    const more = `(func ${locals} ${'(block (br_if 0 (i32.const 0)))'.repeat(1_000)})`;
    const path = await buildPlugin(folder, extractorModule({ extract: NOTHING_FOUND, more }));
    const { code, stderr } = await runProgram(['plugin', 'inspect', path]);
    expect(stderr).toMatch(
      /plugin `hostile` 0\.1\.0: \d+ locals × branches in a function, the limit is/,
    );
    expect(code).toBe(1);
  });

  it('when its manifest has a wrong key, with its place and a hint', async () => {
    const { capabilities, ...rest } = EXTRACTOR_MANIFEST;
    const path = await buildPlugin(folder, extractorModule({ extract: 'unreachable' }), {
      ...rest,
      capabilites: capabilities,
    });
    const { code, stderr } = await runProgram(['plugin', 'inspect', path]);
    expect(stderr).toMatch(/\(manifest\):1:\d+: error: unknown key `capabilites`/);
    expect(stderr).toContain('did you mean `capabilities`');
    expect(code).toBe(1);
  });
});
