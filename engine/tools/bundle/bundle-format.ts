/*
 * A bundle: one gzipped tar with all that a configuration needs, so that it can be carried to where there is no
 * network.
 *
 *   bundle.json                        which files there are, with their SHA-256
 *   configuration/tiercel.yaml, …      the configuration, its lock, its own rules and plugins
 *   store/plugins/…, store/rules/…     what was installed, under the names of the store
 *
 * Nothing of an archive is trusted: names, sizes and digests are checked before anything is written.
 */

import { gzipSync } from 'node:zlib';
import { createTar, type ParsedTarFileItem } from 'nanotar';
import { readGzippedTar } from '../../base/gzipped-tar.ts';
import { fieldsOf } from '../../base/json-fields.ts';
import { LIMITS } from '../../base/limits.ts';
import { digestOf } from '../../packages/trust/signed-file.ts';

/** Path in the archive → contents. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

const INDEX = 'bundle.json';
const VERSION = 1;
export const CONFIGURATION = 'configuration/';
export const STORE = 'store/';
/** Name of the configuration in a bundle. */
export const CONFIG_NAME = 'tiercel.yaml';

/** The same bytes of the same files. */
export function packBundle(files: BundleFiles): Uint8Array {
  const names = [...files.keys()].sort();
  const digests = names.map((name) => [name, `sha256:${digestOf(files.get(name) ?? NOTHING)}`]);
  const index = { bundleVersion: VERSION, files: Object.fromEntries(digests) };
  const attrs = { mode: '644', uid: 0, gid: 0, mtime: 0 };
  const entries = [
    { name: INDEX, data: Buffer.from(`${JSON.stringify(index, null, 2)}\n`), attrs },
    ...names.map((name) => ({ name, data: files.get(name) ?? NOTHING, attrs })),
  ];
  return gzipSync(createTar(entries), { level: 9 });
}

const NOTHING = new Uint8Array();

/** Without the index; a text says what is wrong. */
export function unpackBundle(archive: Uint8Array): BundleFiles | string {
  let entries: readonly ParsedTarFileItem[];
  try {
    entries = readGzippedTar(archive, LIMITS.bundleSizeMax.value);
  } catch (error) {
    return `is no gzipped tar: ${error instanceof Error ? error.message : String(error)}`;
  }
  const found = new Map<string, Uint8Array>();
  for (const { name, type, data } of entries) {
    if (type === 'directory') continue;
    if (type !== 'file') return `has \`${name}\`, which is no file`;
    if (name !== INDEX && !isSafe(name))
      return `has a file \`${name}\`, which has no place in a bundle`;
    if (found.has(name)) return `has two files \`${name}\``;
    found.set(name, data ?? NOTHING);
  }
  return withoutIndex(found);
}

/** Below one of the two folders, by plain names alone. */
const PATH =
  /^(?:configuration|store\/(?:plugins|rules))(?:\/[A-Za-z0-9_@%+=,~.][A-Za-z0-9_@%+=,~ .-]*)+$/;

/** Signatures beside files have their names. */
const STORED = /^store\/.*\.(?:wasm|yaml)$/;

function isSafe(name: string): boolean {
  const parts = name.split('/');
  return PATH.test(name) && !parts.includes('.') && !parts.includes('..');
}

function withoutIndex(found: Map<string, Uint8Array>): BundleFiles | string {
  const index = found.get(INDEX);
  if (index === undefined) return `has no ${INDEX}`;
  found.delete(INDEX);
  const { bundleVersion, files } = fieldsOf(parseJson(index));
  if (bundleVersion !== VERSION)
    return `is of version ${String(bundleVersion)}, expected ${VERSION}`;
  const said = fieldsOf(files);
  for (const [name, bytes] of found) {
    const digest = `sha256:${digestOf(bytes)}`;
    if (said[name] === undefined) return `has a file \`${name}\` that its index does not name`;
    if (said[name] !== digest)
      return `has a file \`${name}\` with ${digest}, its index says ${String(said[name])}`;
  }
  // In the store a file has the name of its digest: another one would be in the way of the right one.
  const misnamed = [...found].find(
    ([name, bytes]) => STORED.test(name) && !name.includes(`/sha256-${digestOf(bytes)}.`),
  );
  if (misnamed !== undefined) return `has a file \`${misnamed[0]}\` whose name is not its digest`;
  const missing = Object.keys(said).find((name) => !found.has(name));
  if (missing !== undefined) return `lacks \`${missing}\`, which its index names`;
  return found.has(`${CONFIGURATION}${CONFIG_NAME}`) ? found : 'has no configuration';
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
