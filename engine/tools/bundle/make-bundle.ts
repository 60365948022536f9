/*
 * A configuration → the files of a bundle: itself, with paths that hold wherever it is put, its lock, the rules and
 * plugins that it names, and what of the store the lock names. What belongs to the machine (secrets, certificates,
 * logins, what is read, where alerts go) is left out, and named.
 */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { systemErrorTextAt } from '../../base/system-error.ts';
import { type ReadConfig, readConfig } from '../../config/read-config.ts';
import { readPublicKeys } from '../../config/resolve-trust.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { type Kind, storedPath } from '../../packages/install/file-store.ts';
import { LOCK_NAME, type Lock, readLock } from '../../packages/install/lock.ts';
import { rulesFilesOf } from '../../run/load/rules-files.ts';
import { type BundleFiles, CONFIG_NAME, CONFIGURATION, STORE } from './bundle-format.ts';

export interface MadeBundle {
  readonly files: BundleFiles;
  /** What the configuration names and the bundle does not have: keys and values. */
  readonly leftOut: readonly string[];
}

/** The configuration is one that loads. */
export function makeBundle(configFile: string): Checked<MadeBundle> {
  const { value: read, diagnostics } = readConfig(configFile, []);
  if (read === undefined) return { value: undefined, diagnostics };
  const lockPath = join(dirname(configFile), LOCK_NAME);
  const { value: lock, diagnostics: ofLock } = readLock(lockPath);
  if (lock === undefined) return { value: undefined, diagnostics: ofLock };
  const maker = new BundleMaker(configFile, read, lock);
  try {
    return maker.make(existsSync(lockPath) ? lockPath : undefined);
  } catch (error) {
    const message = systemErrorTextAt(error);
    return { value: undefined, diagnostics: [createDiagnostic('BUNDLE_UNUSABLE', { message })] };
  }
}

/** Where files go that lie outside of the configuration’s folder. */
const OUTSIDE = 'bundled';
const IS_NATIVE = /\.(?:so|dylib|dll)$/i;

class BundleMaker {
  readonly #files = new Map<string, Uint8Array>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #folder: string;
  readonly #document: Document;
  readonly #raw: ReadConfig['raw'];
  readonly #lock: Lock;
  #outsideCount = 0;

  constructor(configFile: string, { raw }: ReadConfig, lock: Lock) {
    this.#folder = dirname(resolve(configFile));
    this.#document = parseDocument(readFileSync(configFile, 'utf8'));
    this.#raw = raw;
    this.#lock = lock;
  }

  make(lockPath: string | undefined): Checked<MadeBundle> {
    this.#addRules();
    this.#addPlugins();
    this.#addKeys();
    if (lockPath !== undefined) this.#add(`${CONFIGURATION}${LOCK_NAME}`, lockPath);
    this.#addStored('plugins');
    this.#addStored('rules');
    this.#files.set(`${CONFIGURATION}${CONFIG_NAME}`, Buffer.from(this.#document.toString()));
    if (this.#diagnostics.length > 0) return { value: undefined, diagnostics: this.#diagnostics };
    return { value: { files: this.#files, leftOut: leftOut(this.#raw) }, diagnostics: [] };
  }

  #addRules(): void {
    const { rules_files: files, rules_file: older } = this.#raw;
    const key = files === undefined ? 'rules_file' : 'rules_files';
    const written = files ?? older ?? [];
    if (typeof written === 'string') this.#addRulesPath([key], written);
    else for (const [index, path] of written.entries()) this.#addRulesPath([key, index], path);
  }

  /** A file, a folder, a glob, or the name of installed rules, which the lock has. */
  #addRulesPath(at: readonly (string | number)[], written: string): void {
    const path = resolve(this.#folder, written);
    if (Object.hasOwn(this.#lock.rules, written) && !existsSync(path)) return;
    const files = rulesFilesOf(path);
    const inner = this.#innerPath(path);
    // A glob or a folder elsewhere becomes a folder here.
    const place =
      inner ?? `${OUTSIDE}/${++this.#outsideCount}-${basename(path).replace(/[*?[\]]/g, '_')}`;
    for (const file of files) {
      const own = inner === undefined ? undefined : this.#innerPath(file);
      const name = own ?? (file === path ? place : `${place}/${basename(file)}`);
      this.#add(`${CONFIGURATION}${name}`, file);
    }
    if (files.length > 0) this.#rewrite(at, written, place);
  }

  #addPlugins(): void {
    for (const [index, { library_path: written }] of (this.#raw.plugins ?? []).entries()) {
      // A native one is replaced by a component, which ships with the product or lies beside it.
      if (written === undefined || IS_NATIVE.test(written)) continue;
      const path = resolve(this.#folder, written);
      const place = this.#innerPath(path) ?? `${OUTSIDE}/${++this.#outsideCount}-${basename(path)}`;
      this.#add(`${CONFIGURATION}${place}`, path);
      if (existsSync(`${path}.minisig`))
        this.#add(`${CONFIGURATION}${place}.minisig`, `${path}.minisig`);
      this.#rewrite(['plugins', index, 'library_path'], written, place);
    }
  }

  /** A file with a key becomes the key. */
  #addKeys(): void {
    for (const key of ['trusted_keys', 'revoked_keys'] as const) {
      for (const [index, written] of (this.#raw[key] ?? []).entries()) {
        const [found] = readPublicKeys([written], this.#folder).value ?? [];
        if (found !== undefined) this.#rewrite([key, index], written, found.text);
      }
    }
  }

  #addStored(kind: Kind): void {
    for (const [name, { digest, from }] of Object.entries(this.#lock[kind])) {
      const path = storedPath(kind, digest);
      if (path === undefined || !existsSync(path)) {
        const message = `\`${name}\` was installed from ${from}, and is not on this machine`;
        this.#diagnostics.push(createDiagnostic('PLUGIN_NOT_INSTALLED', { message }));
        continue;
      }
      const inArchive = `${STORE}${kind}/${basename(path)}`;
      this.#add(inArchive, path);
      if (existsSync(`${path}.minisig`)) this.#add(`${inArchive}.minisig`, `${path}.minisig`);
    }
  }

  /** Relative to the configuration; `undefined`: it lies elsewhere. */
  #innerPath(path: string): string | undefined {
    const inner = relative(this.#folder, path);
    return inner.startsWith('..') || resolve(inner) === inner
      ? undefined
      : inner.split(sep).join('/');
  }

  #add(inArchive: string, path: string): void {
    this.#files.set(inArchive, readFileSync(path));
  }

  #rewrite(at: readonly (string | number)[], written: string, place: string): void {
    if (place !== written) this.#document.setIn(at, place);
  }
}

/** Settings of the machine: keys of the configuration whose values are paths, secrets or logins. */
function leftOut({
  aws,
  webhook,
  data_dir,
  dead_letter_file,
  cache_dir,
  file_output,
}: ReadConfig['raw']): string[] {
  const secrets = (webhook?.authentication ?? []).map(({ secret_file: file }) => file);
  const named: [key: string, value: string | undefined][] = [
    ['aws.config', aws?.config],
    ['aws.credentials', aws?.credentials],
    ['webhook.ssl_certificate', webhook?.ssl_certificate],
    ['webhook.ssl_key', webhook?.ssl_key],
    ...secrets.map((file): [string, string | undefined] => ['webhook.authentication', file]),
    ['data_dir', data_dir],
    ['dead_letter_file', dead_letter_file],
    ['cache_dir', cache_dir],
    ['file_output.filename', file_output?.filename],
  ];
  return named.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
}
