#!/usr/bin/env node
// Builds plugins: plugins-wasm/<name> → dist/plugins/<name>.wasm, one component with its manifest inside.
//   node plugins-wasm/build/build.mjs [--debug] [name …]
// The same input gives the same bytes. A plugin is skipped when nothing that goes into it has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPlugin } from './build-plugin.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const pluginsFolder = join(repository, 'plugins-wasm');
const outputFolder = join(repository, 'dist', 'plugins');

const words = process.argv.slice(2);
const target = words.includes('--debug') ? 'debug' : 'release';
const named = words.filter((word) => !word.startsWith('--'));
const all = readdirSync(pluginsFolder).filter((name) =>
  existsSync(join(pluginsFolder, name, 'manifest.json')),
);

mkdirSync(outputFolder, { recursive: true });
for (const name of named.length > 0 ? named : all) {
  if (!all.includes(name)) {
    process.stderr.write(
      `no plugin \`${name}\` below plugins-wasm/ (there are ${all.join(', ')})\n`,
    );
    process.exitCode = 1;
    continue;
  }
  const output = join(outputFolder, `${name}.wasm`);
  const stamp = join(outputFolder, `${name}.inputs`);
  const inputs = digestInputs(name);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) continue;
  const started = performance.now();
  const component = await buildPlugin({ repository, folder: join(pluginsFolder, name), target });
  writeFileSync(output, component);
  writeFileSync(stamp, inputs);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`built ${name}.wasm: ${component.length} bytes in ${seconds} s\n`);
}

/** SHA-256 over every file that the component is made of, and over the tools that make it. */
function digestInputs(name) {
  const hash = createHash('sha256').update(target);
  const folders = ['build', 'sdk', name].map((folder) => join(pluginsFolder, folder));
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
