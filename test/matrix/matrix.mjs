#!/usr/bin/env node
// `npm run matrix`: the README's two commands to the letter, on a fresh clone of HEAD, with every supported line of
// Node; then what goes through the program and what attacks it once more, with all plugins in threads and with all of
// them in processes. The versions come from the npm registry. Takes some ten minutes for each; not part of `npm test`.
//   npm run matrix [-- 22 24]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const VERSIONS = ['20.19.0', '22', '24'];
const COMMANDS = [
  'npm ci && npm start',
  'npm ci && npm test',
  'npm run test:all',
  'TEST_ISOLATION=process npx vitest run --config test/vitest.config.ts test/cli test/sandbox',
  'TEST_ISOLATION=process npx vitest run --config test/long.config.ts test/cli test/sandbox',
];

const LINES_SHOWN = 20;

const named = process.argv.slice(2);
let failed = 0;
for (const version of named.length > 0 ? named : VERSIONS) {
  const folder = mkdtempSync(join(tmpdir(), 'tiercel-matrix-'));
  try {
    failed += check(version, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = failed > 0 ? 1 : 0;

function check(version, folder) {
  const node = join(folder, 'node');
  mkdirSync(node);
  writeFileSync(join(node, 'package.json'), '{}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], {
    cwd: node,
    stdio: 'ignore',
  });
  const bin = join(node, 'node_modules', '.bin');
  const found = execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim();
  const clone = join(folder, 'clone');
  execFileSync('git', ['clone', '--quiet', repository, clone]);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  let wrong = 0;
  for (const command of COMMANDS) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: clone,
      env,
      encoding: 'utf8',
    });
    const last = stdout.trim().split('\n').at(-1);
    process.stdout.write(`${found}  ${command}  exit ${status}  ${last}\n`);
    if (status === 0) continue;
    wrong += 1;
    // The runner of the tests names those that fail on standard error.
    const said = `${stdout}\n${stderr}`
      .split('\n')
      .filter((line) => /FAIL|Error:|^npm error/.test(line));
    for (const line of said.slice(0, LINES_SHOWN)) process.stdout.write(`    ${line}\n`);
  }
  return wrong;
}
