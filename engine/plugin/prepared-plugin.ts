import type { Manifest } from './manifest.ts';

/** A plugin that passed every check on the main thread, ready to be sent to a worker (structured clone). */
export interface PreparedPlugin {
  readonly manifest: Manifest;
  /** SHA-256 of the component, hexadecimal. */
  readonly digest: string;
  /** jco's generated JavaScript, after the name guard. */
  readonly glue: string;
  /** Core modules by file name, with memory and table caps written in. */
  readonly modules: Readonly<Record<string, WebAssembly.Module>>;
}
