import type { WasiInterface } from '../abi/wasi.ts';
import type { Manifest } from '../file/manifest.ts';
import type { ModuleDemand } from '../gate/memory-cap.ts';

/** A plugin that passed every check on the main thread, ready to be sent to a worker (structured clone). */
export interface PreparedPlugin {
  readonly manifest: Manifest;
  /** SHA-256 of the component, hexadecimal. */
  readonly digest: string;
  /** jco's generated JavaScript, after the name guard. */
  readonly glue: string;
  /** Core modules by file name, with memory and table caps written in, and what an instance of each may take. */
  readonly modules: Readonly<Record<string, PreparedModule>>;
  /** Bytes that the memories of all instances together may grow to. */
  readonly memorySizeMax: number;
  /** What it imports of WASI. */
  readonly wasi: readonly WasiInterface[];
}

export interface PreparedModule {
  /** `undefined` on its way to another process, where it is compiled again. */
  readonly module: WebAssembly.Module | undefined;
  readonly bytes: Uint8Array;
  readonly demand: ModuleDemand;
}

/** Without what can only be sent to a thread. */
export function withoutCompiled(plugin: PreparedPlugin): PreparedPlugin {
  return mapModules(plugin, ({ bytes, demand }) => ({
    module: undefined,
    bytes: Uint8Array.from(bytes),
    demand,
  }));
}

/** In the worker: ready to be instantiated any number of times. */
export function withCompiled(plugin: PreparedPlugin): PreparedPlugin {
  return mapModules(plugin, ({ module, bytes, demand }) => ({
    module: module ?? new WebAssembly.Module(Uint8Array.from(bytes)),
    bytes,
    demand,
  }));
}

function mapModules(
  plugin: PreparedPlugin,
  change: (module: PreparedModule) => PreparedModule,
): PreparedPlugin {
  const entries = Object.entries(plugin.modules).map(([name, one]) => [name, change(one)] as const);
  return { ...plugin, modules: Object.fromEntries(entries) };
}
