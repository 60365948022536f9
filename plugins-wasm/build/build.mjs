#!/usr/bin/env node
// Builds the plugins that ship: plugins-wasm/bundled/<name> → dist/plugins/<name>.wasm, as anybody builds theirs.
//   node plugins-wasm/build/build.mjs [--debug] [name …]
// A plugin is skipped when nothing that goes into it has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const pluginsFolder = join(repository, 'plugins-wasm', 'bundled');
const sdkFolder = join(repository, 'plugins-wasm', 'sdk', 'assemblyscript');
const outputFolder = join(repository, 'dist', 'plugins');
const program = join(repository, 'dist', 'engine', 'cli', 'main.js');

const words = process.argv.slice(2);
const options = words.includes('--debug') ? ['--debug'] : [];
const named = words.filter((word) => !word.startsWith('--'));
const all = readdirSync(pluginsFolder).filter((name) =>
  existsSync(join(pluginsFolder, name, 'manifest.json')),
);

mkdirSync(outputFolder, { recursive: true });
for (const name of named.length > 0 ? named : all) {
  if (!all.includes(name)) {
    process.stderr.write(
      `no plugin \`${name}\` below plugins-wasm/bundled/ (there are ${all.join(', ')})\n`,
    );
    process.exitCode = 1;
    continue;
  }
  const output = join(outputFolder, `${name}.wasm`);
  const stamp = join(outputFolder, `${name}.inputs`);
  const inputs = digestInputs(name);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) continue;
  const args = ['plugin', 'build', join(pluginsFolder, name), '-o', output, ...options];
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  if (status === 0) writeFileSync(stamp, inputs);
  else process.exitCode = 1;
}

/** SHA-256 over every file that the component is made of, and over the tools that make it. */
function digestInputs(name) {
  const hash = createHash('sha256').update(options.join());
  const folders = [
    sdkFolder,
    join(pluginsFolder, name),
    join(repository, 'engine', 'tools', 'author'),
    join(repository, 'rules'),
  ];
  const files = [join(repository, 'asconfig.json'), join(repository, 'package-lock.json')];
  files.push(join(repository, 'schemas/wit/v0.1/plugin.wit'));
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath ?? dirname(folder), entry.name));
    }
  }
  for (const file of files.sort()) {
    hash.update(file.slice(repository.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
