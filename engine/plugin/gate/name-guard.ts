/*
 * The transpiler copies import and export names of core modules unescaped into the JavaScript it
 * generates; a name with a quote in it could run code in the host. Every such name is compared with
 * the alphabet that canonical names use, before that text is evaluated.
 */

const SAFE_NAME = /^[A-Za-z0-9_$:/@.#[\]<>=+*|,-]{0,256}$/;

/** The first name that is not safe, or `undefined`. */
export function findUnsafeName(modules: readonly WebAssembly.Module[]): string | undefined {
  for (const module of modules) {
    for (const { name } of WebAssembly.Module.exports(module)) {
      if (!SAFE_NAME.test(name)) return name;
    }
    for (const imported of WebAssembly.Module.imports(module)) {
      if (!SAFE_NAME.test(imported.module)) return imported.module;
      if (!SAFE_NAME.test(imported.name)) return imported.name;
    }
  }
  return undefined;
}
