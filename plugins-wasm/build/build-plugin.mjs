// One plugin: AssemblyScript → core module → canonical export names → component → manifest section.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import asc from 'assemblyscript/asc';
import { appendCustomSection, renameExports } from './wasm-sections.mjs';

export const MANIFEST_SECTION = 'tiercel:manifest';
const PACKAGE = 'tiercel:plugin/';
const VERSION = '@0.1.0';

/** Exports whose answers hold memory until the host has read them. */
const ANSWERING = ['plugin_init', 'source_open', 'source_resume', 'extractor_configure'];

/** `source_next` → `tiercel:plugin/source@0.1.0#next`. */
function canonicalName(name) {
  const [interfaceName, functionName] = name.split('_');
  return `${PACKAGE}${interfaceName}${VERSION}#${functionName}`;
}

function canonicalNames(core) {
  const names = new Map();
  for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(core))) {
    if (/^(?:plugin|source|extractor)_[a-z]+$/.test(name)) names.set(name, [canonicalName(name)]);
  }
  const posts = ANSWERING.filter((name) => names.has(name));
  names.set(
    'cabi_post',
    posts.map((name) => `cabi_post_${canonicalName(name)}`),
  );
  return names;
}

/** The table of fields and the manifest must name the same fields in the same order. */
function checkFields(folder, manifest) {
  const declared = (manifest.extractor?.fields ?? []).map(({ name }) => name);
  const table = readFileSync(join(folder, 'assembly', 'fields.ts'), 'utf8');
  const written = [...table.matchAll(/^fields\.\w+\('([^']+)'/gm)].map((match) => match[1]);
  const index = declared.findIndex((name, at) => written[at] !== name);
  if (index !== -1 || written.length !== declared.length) {
    const at = index === -1 ? declared.length : index;
    throw new Error(
      `${manifest.name}: field ${at} is ${declared[at]} in manifest.json and ${written[at]} in assembly/fields.ts`,
    );
  }
}

async function compile({ repository, folder, target }) {
  const files = new Map();
  const entry = join(relative(repository, folder), 'assembly', 'index.ts');
  const { error, stderr } = await asc.main(
    [entry, '--config', 'asconfig.json', '--target', target, '--outFile', 'out.wasm'],
    {
      readFile: (name, base) => {
        try {
          return readFileSync(join(base === '.' ? repository : base, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (name, contents) => files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${entry}: ${error.message}\n${stderr.toString()}`);
  return files.get('out.wasm');
}

/** Answers the bytes of the component. */
export async function buildPlugin({ repository, folder, target }) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  if (manifest.extractor) checkFields(folder, manifest);
  const core = await compile({ repository, folder, target });
  const named = renameExports(core, canonicalNames(core));
  const embedded = await componentEmbed({
    binary: named,
    witSource: readFileSync(join(repository, 'schemas/wit/v0.1/plugin.wit'), 'utf8'),
    world: manifest.world.split('@')[0],
    stringEncoding: 'utf8',
  });
  const component = await componentNew(embedded, []);
  return appendCustomSection(component, MANIFEST_SECTION, Buffer.from(JSON.stringify(manifest)));
}
