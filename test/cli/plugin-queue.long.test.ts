/* Plugins that receive messages: from a webhook, from a queue. A sender hears 200 when the alerts are out. */

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installTools } from '../support/author-tools.ts';
import { freePort } from '../support/free-port.ts';
import { type Answer, post, postSoon } from '../support/post.ts';
import { type LiveProgram, runLive } from '../support/run-live.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { type S3Service, startS3 } from '../support/s3-service.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-queue-');
const HOOKS = join(REPOSITORY, 'plugins-wasm/examples/hooks');
const ISOLATIONS = ['thread', 'process'] as const;

async function build(folder: string, language: 'assemblyscript' | 'javascript'): Promise<string> {
  installTools(folder, language);
  const path = `${folder}.wasm`;
  const { stderr, code } = await runProgram(['plugin', 'build', folder, '-o', path]);
  expect([code, stderr]).toEqual([0, '']);
  return path;
}

/** The example, and for a message of the kind `fall` a trap. */
async function buildFalling(): Promise<string> {
  const folder = join(scratch.path, 'falling');
  cpSync(HOOKS, folder, { recursive: true });
  const path = join(folder, 'assembly/hook-shape.ts');
  const text = readFileSync(path, 'utf8');
  const at = 'const end = message.body';
  writeFileSync(path, text.replace(at, `if (type == 'fall') unreachable();\n    ${at}`));
  return await build(folder, 'assemblyscript');
}

const rules = scratch.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: hooks.type exists, output: "<%hooks.type %hooks.sender %evt.rawtime.s>", priority: INFO, source: hooks}\n',
);
const hook = (sender: string): string => JSON.stringify({ sender: { login: sender } });
const ofType = (type: string) => ({ headers: { 'X-GitHub-Event': type } });
/** Options that have the plugin called there: in a thread only what a trusted key has signed is. */
async function inA(isolation: (typeof ISOLATIONS)[number], plugin: string): Promise<string[]> {
  if (isolation === 'process') return ['-o', 'isolation=process'];
  const cwd = scratch.path;
  await runProgram(['plugin', 'keygen', '-o', 'own', '--no-password'], { cwd });
  const signed = await runProgram(['plugin', 'sign', plugin, '-k', 'own.key'], { cwd });
  expect([signed.code, signed.stderr]).toEqual([0, '']);
  return ['-c', scratch.write('threads.yaml', 'trusted_keys: [own.pub]\nisolation: thread\n')];
}

const errorOf = ({ status, body }: Answer): unknown => [status, JSON.parse(body).error];

async function live(
  plugin: string,
  act: (url: string, program: LiveProgram) => Promise<void>,
  ...more: string[]
) {
  const url = `http://127.0.0.1:${await freePort()}/hooks`;
  const args = ['run', plugin, url, '-r', rules, ...more];
  return await runLive(args, (program) => act(url, program));
}

describe('a plugin with a queue', () => {
  let hooks: string;
  let falling: string;
  beforeAll(async () => {
    const folder = join(scratch.path, 'hooks');
    cpSync(HOOKS, folder, { recursive: true });
    hooks = await build(folder, 'assemblyscript');
    falling = await buildFalling();
  });

  it.for(ISOLATIONS)('has bodies and headers of what is sent to it: in a %s', async (isolation) => {
    const { code, stdout, stderr } = await live(
      hooks,
      async (url, { until }) => {
        const first = await postSoon(url, hook('ada'), ofType('push'));
        expect([first.status, first.body]).toEqual([200, '{"status":"ok"}\n']);
        await until('<push ada');
        const packed = await post(url, gzipSync(hook('eve')), ofType('member'));
        expect(packed.status).toBe(200);
        expect(errorOf(await post(url, hook('bob')))).toEqual([
          400,
          expect.stringMatching(/^request 3 to http:.* could not be read$/),
        ]);
        const all = await Promise.all(
          Array.from({ length: 100 }, (_, at) => post(url, hook(`s${at}`), ofType('push'))),
        );
        expect(all.every(({ status }) => status === 200)).toBe(true);
      },
      ...(await inA(isolation, hooks)),
    );
    expect(stdout.match(/<\w+ (?:ada|eve|bob) \d{10}>/g)).toHaveLength(2);
    expect(stdout.match(/<push s\d+ /g)).toHaveLength(100);
    expect(stderr).toContain('there is no header x-github-event; it is given back');
    expect(stderr).toContain('hooks: 102 requests taken, 1 refused\n');
    expect(code).toBe(0);
  });

  it.for(ISOLATIONS)(
    'goes on when it falls over one of them: in a %s',
    { timeout: 60_000 },
    async (isolation) => {
      const { code, stdout, stderr } = await live(
        falling,
        async (url) => {
          expect((await postSoon(url, hook('first'), ofType('push'))).status).toBe(200);
          const bad = post(url, hook('bad'), ofType('fall'));
          await sleep(50);
          const good = post(url, hook('good'), ofType('push'));
          expect(errorOf(await bad)).toEqual([
            400,
            expect.stringContaining('the plugin failed over request 2 to http:'),
          ]);
          expect((await good).status).toBe(200);
          expect((await post(url, hook('last'), ofType('push'))).status).toBe(200);
        },
        ...(await inA(isolation, falling)),
      );
      expect(stdout.match(/<push \w+/g)).toEqual(['<push first', '<push good', '<push last']);
      expect(stderr).toContain('trap');
      expect(code).toBe(3);
    },
  );

  it('reports that there is no queue', async () => {
    const file = scratch.write('hooks.json', hook('x'));
    const noQueue = await runProgram(['run', hooks, file, '-r', rules]);
    expect(noQueue.stderr).toContain(`plugin \`hooks\` cannot start: ${file} is not a queue`);
    expect(noQueue.code).toBe(1);
  });
});

const MANIFEST = {
  name: 'notes',
  version: '1.0.0',
  description: 'Lines of messages',
  contact: 'tests',
  license: 'Apache-2.0',
  world: 'source-plugin@0.1.0',
  source: { name: 'notes', openParams: 'text', openParamsDescription: 'anything' },
  capabilities: { queue: ['mail'] },
  samples: ['messages.jsonl'],
};

const NOTES = `import { definePlugin } from 'tiercel/js/plugin';
import { QueueSource } from 'tiercel/js/queue-source';
import manifest from './manifest.json';

export const { plugin, source, extractor } = definePlugin({
  manifest,
  source: new QueueSource({
    root: 'mail',
    read: ({ text, attributes }) => {
      if (text === 'unreadable') throw new Error('it says nothing');
      const from = attributes.get('from') ?? 'nobody';
      return text.split('\\n').map((line) => ({ data: JSON.stringify({ from, line }) }));
    },
  }),
});
`;

describe('a plugin in JavaScript with a queue', () => {
  let notes: string;
  let cloud: S3Service;
  beforeAll(async () => {
    const folder = join(scratch.path, 'notes');
    mkdirSync(folder);
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(MANIFEST));
    writeFileSync(join(folder, 'plugin.ts'), NOTES);
    const samples = [
      { attributes: { from: 'a' }, body: 'one\ntwo\nthree' },
      { body: 'unreadable' },
      { attributes: { from: 'b' }, body: 'four' },
    ];
    writeFileSync(
      join(folder, 'messages.jsonl'),
      `${samples.map((one) => JSON.stringify(one)).join('\n')}\nfive\n`,
    );
    notes = await build(folder, 'javascript');
    cloud = await startS3();
  }, 120_000);
  afterAll(() => cloud.stop());

  it('passes `plugin test`', async () => {
    const { stdout, code } = await runProgram(['plugin', 'test', notes, '--no-figures']);
    expect(stdout).toMatch(/^passed {3}source\.events +5 events of messages in 1 file$/m);
    expect(stdout).toMatch(/^passed {3}source\.acknowledge +4 messages: each done when/m);
    expect(stdout).toContain('10 passed, 0 failed, 7 skipped\n');
    expect(code).toBe(0);
  }, 120_000);

  it('reads a queue that was granted, and deletes what is with the outputs', async () => {
    await cloud.createQueue('mail');
    await cloud.send('mail', 'one\ntwo', { from: 'ada', SentTimestamp: '12' });
    await cloud.send('mail', 'unreadable');
    const config = scratch.write(
      'tiercel.yaml',
      JSON.stringify({
        load_plugins: ['notes', 'json'],
        plugins: [
          { name: 'json', library_path: 'libjson.so' },
          {
            name: 'notes',
            library_path: notes,
            open_params: 'x',
            grants: ['queue:mail=sqs://mail'],
          },
        ],
        rules_files: [
          scratch.write(
            'notes.yaml',
            '- {rule: all, desc: d, condition: "jevt.value[/line] exists", output: "<%jevt.value[/from]: %jevt.value[/line]>", priority: INFO, source: notes}\n',
          ),
        ],
      }),
    );
    const { code, stdout, stderr } = await runLive(
      ['run', '-c', config, ...cloud.args],
      async ({ until }) => {
        await until('<ada: two>');
        await until('it says nothing; it is given back');
        await until('could not be read; retried in 5 s');
        await cloud.send('mail', 'three');
        await until('<nobody: three>');
      },
      { env: cloud.env },
    );
    expect(stdout.match(/<.*>/g)).toEqual(['<ada: one>', '<ada: two>', '<nobody: three>']);
    expect(stderr).toContain('notes: 3 messages');
    expect(code).toBe(0);
    // What it could not read is there again.
    expect(await cloud.depth('mail')).toBe(1);
  }, 60_000);

  it('does not begin without the grant, or where nothing can come', async () => {
    const run = (grants: string[]) =>
      runProgram([
        'run',
        '-c',
        scratch.write(
          'denied.yaml',
          JSON.stringify({
            load_plugins: ['notes'],
            plugins: [{ name: 'notes', library_path: notes, open_params: 'x', grants }],
          }),
        ),
        '-r',
        rules,
      ]);
    const denied = await run([]);
    expect(denied.stderr).toContain('asks for `queue:mail`, which was not granted');
    expect(denied.stderr).toContain('grants: [queue:mail=sqs://NAME]');
    const file = await run(['queue:mail=./mail']);
    expect(file.stderr).toMatch(
      /cannot open `queue:mail=.*\/mail` of `notes`: nothing comes there by itself/,
    );
    expect([denied.code, file.code]).toEqual([1, 1]);
  });
});
