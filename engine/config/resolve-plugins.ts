/*
 * Which plugins are loaded, from which files, and what they open: those of the configuration, the one on
 * the command line, and the bundled ones.
 */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { didYouMean } from '../base/did-you-mean.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { storedPath } from '../packages/install/file-store.ts';
import type { Lock, LockedPlugin } from '../packages/install/lock.ts';
import { digestOf } from '../packages/trust/signed-file.ts';
import { NO_GRANTS, parseGrant, toGrants } from '../plugin/gate/grants.ts';
import type { Isolation } from '../worker/worker-handle.ts';
import { bundledPluginPath, bundledPlugins, findPlugin } from './bundled-plugins.ts';
import type { Asked, OpenParams, PluginConfig, StreamConfig } from './config.ts';
import type { RawConfig, RawPlugin, RawStream } from './raw-config.ts';

export interface PluginRequest {
  /** The source plugin named on the command line (a name, or the path of a .wasm file), and what it opens. */
  readonly plugin: string | undefined;
  readonly openParams: string | undefined;
}

export interface ResolvedPlugins {
  readonly plugins: readonly PluginConfig[];
  readonly streams: readonly StreamConfig[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where plugins are looked for beside those that ship with the product. */
export interface PluginPlaces {
  /** Folder that relative paths in the configuration start from. */
  readonly baseFolder: string;
  readonly lock: Lock;
}

export function resolvePlugins(
  raw: RawConfig,
  request: PluginRequest,
  { baseFolder, lock }: PluginPlaces,
): ResolvedPlugins {
  const resolver = new PluginResolver(raw, { baseFolder, lock });
  const named = raw.load_plugins ?? resolver.declaredNames;
  const { plugin } = request;
  if (plugin?.endsWith('.wasm') === true) resolver.addFile(plugin, request.openParams);
  else if (plugin !== undefined) resolver.addNamed(plugin, request.openParams);
  for (const name of named) resolver.addNamed(name, undefined);
  // A plugin named on the command line is wanted.
  if (plugin === undefined) for (const stream of raw.streams ?? []) resolver.addStream(stream);
  // Without a list every bundled plugin is at hand: rules may name its fields.
  const isListed = (raw.load_plugins ?? []).length > 0;
  const asked = isListed ? 'as companion' : 'implicitly';
  if (!isListed || plugin !== undefined) resolver.addBundled(asked);
  return resolver;
}

class PluginResolver implements ResolvedPlugins {
  readonly plugins: PluginConfig[] = [];
  readonly streams: StreamConfig[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #declared: readonly RawPlugin[];
  readonly #isolation: Isolation | undefined;
  readonly #baseFolder: string;
  readonly #lock: Lock;

  constructor({ plugins, isolation }: RawConfig, { baseFolder, lock }: PluginPlaces) {
    this.#lock = lock;
    this.#declared = plugins ?? [];
    this.#isolation = typeof isolation === 'object' ? isolation.default : isolation;
    this.#baseFolder = baseFolder;
  }

  get declaredNames(): string[] {
    return this.#declared.map(({ name }) => name);
  }

  /** A file on the command line: its manifest says what plugin it is. */
  addFile(path: string, openParams: string | undefined): void {
    this.plugins.push({
      name: undefined,
      libraryPath: resolve(path),
      isBundled: isBundled(resolve(path)),
      isolation: this.#isolationOf(resolve(path), undefined),
      isThreadAsked: this.#isolation === 'thread',
      digest: undefined,
      minVersion: undefined,
      locked: undefined,
      initConfig: '',
      openParams: toOpenParams(openParams, process.cwd()),
      grants: NO_GRANTS,
      asked: 'by name',
    });
  }

  addNamed(name: string, openParams: string | undefined): void {
    if (this.#has(name)) return;
    const raw = this.#declared.find((plugin) => plugin.name === name);
    const locked = raw?.library_path === undefined ? this.#lock.plugins[name] : undefined;
    const libraryPath =
      locked === undefined
        ? this.#findLibrary(name, raw?.library_path)
        : this.#findInstalled(name, locked);
    if (libraryPath === undefined) return;
    const grants = [...(locked?.granted ?? []), ...(raw?.grants ?? [])];
    this.plugins.push({
      name,
      libraryPath,
      isBundled: isBundled(libraryPath),
      isolation: this.#isolationOf(libraryPath, raw?.isolation),
      isThreadAsked: (raw?.isolation ?? this.#isolation) === 'thread',
      digest: raw?.sha256,
      minVersion: raw?.min_version,
      locked,
      initConfig: initConfigText(raw?.init_config),
      openParams:
        openParams === undefined
          ? toOpenParams(raw?.open_params, this.#baseFolder)
          : toOpenParams(openParams, process.cwd()),
      grants: toGrants(grants.flatMap((grant) => parseGrant(grant, this.#baseFolder) ?? [])),
      asked: 'by name',
    });
  }

  addStream({ name, plugin, open_params: openParams, follow }: RawStream): void {
    this.addNamed(plugin, undefined);
    this.streams.push({
      name: name ?? plugin,
      pluginName: plugin,
      openParams: { text: openParams ?? '', folder: this.#baseFolder },
      isFollowed: follow,
    });
  }

  /** Plugins that nobody named. */
  addBundled(asked: Asked): void {
    for (const name of bundledPlugins()) {
      if (this.#has(name)) continue;
      this.addNamed(name, undefined);
      const added = this.plugins.pop();
      if (added !== undefined) this.plugins.push({ ...added, asked });
    }
  }

  /** What ships with the product is trusted as the product is. */
  #isolationOf(path: string, asked: Isolation | undefined): Isolation {
    const written = asked ?? this.#isolation;
    if (written !== undefined) return written;
    return isBundled(path) ? 'thread' : 'process';
  }

  #has(name: string): boolean {
    return this.plugins.some((plugin) => plugin.name === name);
  }

  #findInstalled(name: string, { digest, from }: LockedPlugin): string | undefined {
    const path = storedPath('plugins', digest);
    const beside = resolve(`${name}.wasm`);
    if (isOtherFile(beside, digest)) {
      const message = `plugin \`${name}\`: the one that is installed is used, ${beside} is another`;
      const hint = `to use that: \`tiercel plugin install ${name}.wasm\`, or name the file`;
      this.diagnostics.push(createDiagnostic('CONFIG_PLUGIN_REPLACED', { message, hint }));
    }
    if (path !== undefined && existsSync(path)) return path;
    const message = `plugin \`${name}\` was installed from ${from}, and is not on this machine`;
    this.diagnostics.push(createDiagnostic('PLUGIN_NOT_INSTALLED', { message }));
    return undefined;
  }

  #findLibrary(name: string, written: string | undefined): string | undefined {
    if (written === undefined) {
      const found = findPlugin(name);
      if (found === undefined) this.#addUnknown(name);
      return found;
    }
    const path = resolve(this.#baseFolder, written);
    return /\.(?:so|dylib|dll)$/i.test(path) ? this.#replaceNative(name, written, path) : path;
  }

  /** Falco's form, `library_path: libcloudtrail.so`: the component of that name, here or bundled. */
  #replaceNative(name: string, written: string, path: string): string | undefined {
    const beside = [name, basename(path).replace(/^lib|\.\w+$/g, '')]
      .map((stem) => join(dirname(path), `${stem}.wasm`))
      .find((candidate) => existsSync(candidate));
    const isBundled = bundledPlugins().includes(name);
    if (beside === undefined && !isBundled) {
      const library = `\`library_path: ${written}\``;
      const message = `plugin \`${name}\`: ${library} is a native library, which is not loaded`;
      const bundled = bundledPlugins().join(', ');
      const hint = `give the path of its .wasm file, or do not load it; bundled plugins: ${bundled}`;
      this.diagnostics.push(createDiagnostic('CONFIG_NATIVE_PLUGIN', { message, hint }));
      return undefined;
    }
    const used = beside === undefined ? `the bundled plugin \`${name}\`` : beside;
    const message = `plugin \`${name}\`: ${used} is used instead of the native library ${written}`;
    this.diagnostics.push(createDiagnostic('CONFIG_PLUGIN_REPLACED', { message }));
    return beside ?? bundledPluginPath(name);
  }

  #addUnknown(name: string): void {
    const bundled = bundledPlugins();
    const installed = Object.keys(this.#lock.plugins);
    const near = didYouMean(name, [...bundled, ...installed, ...this.declaredNames]);
    // The name of the plugin was left out: the text names the location to open.
    const isPath = existsSync(name);
    this.diagnostics.push(
      createDiagnostic('CONFIG_UNKNOWN_PLUGIN', {
        message: `unknown plugin \`${name}\``,
        hint: isPath
          ? `name the plugin first: \`tiercel run ${bundled[0] ?? 'PLUGIN'} ${name}\``
          : near === undefined
            ? `there is no ${name}.wasm in this folder; bundled plugins: ${bundled.join(', ')}`
            : `did you mean \`${near}\`?`,
      }),
    );
  }
}

function isOtherFile(path: string, digest: string): boolean {
  try {
    return digestOf(readFileSync(path)) !== digest;
  } catch {
    // No plugin has that name, or none could be loaded.
    return false;
  }
}

function isBundled(path: string): boolean {
  return bundledPlugins().some((name) => bundledPluginPath(name) === path);
}

function toOpenParams(text: string | undefined, folder: string): OpenParams | undefined {
  return text === undefined ? undefined : { text, folder };
}

function initConfigText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
