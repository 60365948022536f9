import type { WasiInterface } from './abi/wasi.ts';
import type { Manifest } from './manifest.ts';
import type { ModuleDemand } from './memory-cap.ts';

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
  readonly module: WebAssembly.Module;
  readonly demand: ModuleDemand;
}
