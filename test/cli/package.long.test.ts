import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installTools, missingTools } from '../support/author-tools.ts';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { installPackage } from '../support/installed-package.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { sampled } from '../support/sampled.ts';

const INSTALLED_SIZE_MAX = 30e6;

const folder = mkdtempSync(join(tmpdir(), 'tiercel-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const installed = join(folder, 'project', 'node_modules', 'tiercel');
const program = join(installed, 'dist/engine/cli/main.js');
const elsewhere = join(folder, 'elsewhere');

beforeAll(async () => {
  await installPackage(folder);
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'events.jsonl'), loginRecord());
  writeFileSync(join(elsewhere, 'every.yaml'), EVERY_EVENT);
});

describe('the package', () => {
  it('is small and brings no other package', () => {
    const files = readdirSync(join(folder, 'project/node_modules'), {
      recursive: true,
      withFileTypes: true,
    }).filter((entry) => entry.isFile());
    const size = files.reduce(
      (sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size,
      0,
    );
    expect(size).toBeLessThan(INSTALLED_SIZE_MAX);
    expect(
      readdirSync(join(folder, 'project/node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['tiercel']);
  });

  it('carries the licences of what is bundled', () => {
    const notices = readFileSync(join(installed, 'dist/engine/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['ajv', 'yaml', 'commander', '@bytecodealliance/jco-transpile', 're2js']) {
      expect(notices).toContain(`\n${name} `);
    }
  });

  const homes: [name: string, env: Record<string, string | undefined>][] = [
    ['a home of its own', { HOME: join(folder, 'home') }],
    ['no home', { HOME: undefined }],
    ['a cache folder that cannot be made', { XDG_CACHE_HOME: '/dev/null/cache' }],
    ['a cache folder where the system loses its way', { XDG_CACHE_HOME: '/proc/nope' }],
  ];
  it.each(homes)('runs from elsewhere with %s', async (_name, env) => {
    const args = ['run', 'cloudtrail', 'events.jsonl', '-r', 'every.yaml'];
    const unset = { XDG_CACHE_HOME: undefined };
    const run = await runProgram(args, { program, cwd: elsewhere, env: { ...unset, ...env } });
    expect(run.stdout).toBe('03:04:05.000000000: Informational 1 ConsoleLogin\n');
    expect(run.stderr).toMatch(/^(?:notice: plugins are prepared anew.*\n)?1 event/);
    expect(run.code).toBe(0);
  });

  it('builds a plugin with the SDK that it brings, byte for byte as ours', async () => {
    const author = join(folder, 'author');
    cpSync(join(REPOSITORY, 'plugins-wasm/bundled/json'), author, { recursive: true });
    installTools(author, 'assemblyscript');
    const { stderr, code } = await runProgram(['plugin', 'build', author], { program });
    expect([stderr, code]).toEqual(['', 0]);
    const built = readFileSync(join(author, 'json.wasm'));
    expect(built.equals(readFileSync(join(REPOSITORY, 'dist/plugins/json.wasm')))).toBe(true);
  });

  // Each of them is built elsewhere too; here it is about what the package brings for it.
  it.for(sampled(['assemblyscript', 'javascript', 'c'] as const, 3))(
    'makes a new plugin, builds and tries it, and alerts with it: %s',
    // Building one in JavaScript takes up to half a minute on a busy machine.
    { timeout: 120_000 },
    async (template, { skip }) => {
      const missing = missingTools(template);
      skip(missing !== undefined, missing);
      const cwd = join(folder, template);
      mkdirSync(cwd);
      const create = ['plugin', 'new', 'mine', '--template', template];
      expect((await runProgram(create, { program, cwd })).code).toBe(0);
      const own = join(cwd, 'mine');
      installTools(own, template);
      const { scripts, devDependencies } = JSON.parse(
        readFileSync(join(own, 'package.json'), 'utf8'),
      ) as Record<string, Record<string, string>>;
      const { tiercel, ...compilers } = devDependencies ?? {};
      // No registry has the package yet, so the folder takes the one that made it.
      expect(tiercel).toBe(`file:${realpathSync(installed)}`);
      for (const version of Object.values(compilers)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      // What its README says, but for `npm install`; both build first.
      const outputs: string[] = [];
      for (const command of new Set(`${scripts?.start} && ${scripts?.test}`.split(' && '))) {
        const [name, ...args] = command.split(' ');
        expect(name).toBe('tiercel');
        const { stdout, stderr, code } = await runProgram(args, { program, cwd: own });
        const errors = stderr.replace(/^(?!.*error:).*\n/gm, '');
        expect([errors, code], stdout).toEqual(['', 0]);
        outputs.push(stdout);
      }
      const [built, alerts, tried] = outputs;
      expect(built).toMatch(/^mine 0\.1\.0 → mine\.wasm: \d+ bytes/);
      expect(alerts).toBe('08:00:03.000000000: Warning login failed (user=eve)\n');
      expect(tried).toContain('17 passed, 0 failed, 0 skipped\n');
      const byName = await runProgram(['run', 'mine', 'samples'], { program, cwd: own });
      expect(byName.stdout).toBe(alerts);
    },
  );

  // A clone has the compilers beside it; the package brings none.
  it.each([
    ['assemblyscript', 'npm install --save-dev assemblyscript'],
    [
      'javascript',
      'npm install --save-dev @bytecodealliance/componentize-js @bytecodealliance/preview2-shim rolldown',
    ],
  ])('names the compilers that are missing: %s', async (template, hint) => {
    const cwd = join(folder, `bare-${template}`);
    mkdirSync(cwd);
    await runProgram(['plugin', 'new', 'mine', '--template', template], { program, cwd });
    const { stderr, code } = await runProgram(['plugin', 'build', 'mine'], { program, cwd });
    expect(stderr).toContain(hint);
    expect(code).toBe(1);
  });

  it('is what npm installs into the folder of a new plugin, without a registry', async () => {
    const cwd = join(folder, 'offline');
    mkdirSync(cwd);
    // C has no compiler from npm: the package itself is all that there is to install.
    await runProgram(['plugin', 'new', 'mine', '--template', 'c'], { program, cwd });
    const npm = (...args: string[]): string =>
      execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
        cwd: join(cwd, 'mine'),
        encoding: 'utf8',
      });
    npm('install');
    expect(npm('exec', '--', 'tiercel', '--version')).toBe('0.1.0\n');
  });

  it('can be imported, with types beside it', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      exports: { '.': Record<string, string> };
    };
    for (const path of Object.values(manifest.exports['.'])) {
      expect(statSync(join(installed, path)).isFile()).toBe(true);
    }
  });
});

const RULE = `- rule: Console login without MFA
  desc: d
  condition: ct.name = ConsoleLogin and json.value[/additionalEventData/MFAUsed] = No
  output: login
  priority: WARNING
  source: aws_cloudtrail
`;
const MAX_EXPORTS = 26;

describe('the public interface', () => {
  const project = join(folder, 'project');
  const declarations = (): string =>
    readFileSync(join(installed, 'dist/engine/index.d.ts'), 'utf8');
  const examples = [
    ...readFileSync(join(REPOSITORY, 'engine/index.ts'), 'utf8').matchAll(
      /^ \* ```js\n([\s\S]*?)^ \* ```$/gm,
    ),
  ].map(([, text = '']) => text.replace(/^ \* ?/gm, ''));
  const exported = (text: string): string[] =>
    [
      ...text.replace(/\/\*\*[\s\S]*?\*\//g, '').matchAll(/^export (?:type )?\{([^}]*)\}/gm),
    ].flatMap(([, names = '']) => names.split(',').flatMap((name) => name.trim() || []));

  beforeAll(() => {
    writeFileSync(join(project, 'events.jsonl'), loginRecord());
    writeFileSync(join(project, 'my_rules.yaml'), RULE);
    writeFileSync(join(project, 'wrong_rules.yaml'), RULE.replace('ct.name', 'ct.nme'));
  });

  it.each(examples.map((text) => [/^import \{ (.*) \}/.exec(text)?.[1] ?? '', text]))(
    'does what the example of %s says',
    (name, text) => {
      const file = join(project, `${name.replaceAll(/\W+/g, '-')}.mjs`);
      writeFileSync(file, text);
      const printed = execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
      const wanted = [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
      expect(printed.trimEnd().split('\n')).toEqual(wanted);
    },
  );

  it(`has an example for every function, and at most ${MAX_EXPORTS} names`, () => {
    const names = exported(declarations());
    expect(names.length).toBeLessThanOrEqual(MAX_EXPORTS);
    const code = "import('tiercel').then((api) => console.log(Object.keys(api).join()))";
    const cwd = project;
    const values = execFileSync(process.execPath, ['-e', code], { cwd, encoding: 'utf8' });
    for (const value of values.trim().split(',')) {
      expect(examples.filter((text) => text.includes(`${value}`))).not.toEqual([]);
      expect(names).toContain(value);
    }
    // Explained where an editor shows it.
    for (const text of examples) {
      expect(declarations().replace(/^ \* ?/gm, '')).toContain(text.split('\n')[0] ?? '');
    }
  });

  it('has types that a strict program compiles with', () => {
    writeFileSync(
      join(project, 'program.mts'),
      `import { type Alert, buildEngine, type Config, type DeadLetter, loadConfig, openEvaluator, type RunSummary } from 'tiercel';
const { value: config } = loadConfig({
  configFile: undefined, rulesFiles: [], options: [], plugin: 'cloudtrail', openParams: 'events.jsonl',
});
if (config === undefined) throw new Error();
const used: Config = config;
const { engine } = await buildEngine(used);
const letters: DeadLetter[] = [];
const summary: RunSummary | undefined = await engine?.run({
  deliver: (alerts: readonly Alert[]) => console.log(alerts.length),
  onDeadLetters: (some) => void letters.push(...some),
});
const { value: evaluator } = await openEvaluator(used, 'aws_cloudtrail');
const { alerts } = (await evaluator?.evaluate([{ data: '{}' }])) ?? { alerts: [] };
// @ts-expect-error: an alert has no such thing
console.log(summary?.streams[0]?.name, alerts[0]?.nothing);
`,
    );
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const types = ['--typeRoots', join(REPOSITORY, 'node_modules/@types'), '--types', 'node'];
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      ...types,
    ];
    const args = [tsc, ...options, 'program.mts'];
    const { stdout, status } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  }, 60_000);
});
