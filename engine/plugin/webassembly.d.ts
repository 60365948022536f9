/** The part of the WebAssembly JavaScript interface that the engine uses; @types/node 20 has none of it. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): { readonly name: string; readonly kind: string }[];
    static imports(
      module: Module,
    ): { readonly module: string; readonly name: string; readonly kind: string }[];
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    constructor(descriptor: { readonly initial: number });
    /** Another one after the memory has grown. */
    readonly buffer: ArrayBuffer;
  }
  class RuntimeError extends Error {}
}
