/*
 * A judged file becomes something a worker can instantiate: transpiled (or taken from the cache), every
 * name of its core modules checked, memories and tables capped, modules compiled. Main thread.
 */

import { TRANSPILER_VERSION } from '#generated/build-info';
import { LIMITS } from '../../base/limits.ts';
import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  type DiagnosticParts,
} from '../../diagnostic/diagnostic.ts';
import { MalformedBinary } from '../file/wasm-binary.ts';
import type { ComponentFile } from '../gate/component-file.ts';
import { capMemories, demandOf } from '../gate/memory-cap.ts';
import { checkModule } from '../gate/module-check.ts';
import { findUnsafeName } from '../gate/name-guard.ts';
import { amendGlue } from './amend-glue.ts';
import type { PreparedModule, PreparedPlugin } from './prepared-plugin.ts';
import type { Transpiled } from './run-transpiler.ts';
import { transpileComponent } from './transpile.ts';
import { cacheKey, openCache, readCacheEntry, writeCacheEntry } from './transpile-cache.ts';

export interface PrepareOptions {
  /** Where transpiled components are kept between runs; `undefined`: nowhere. */
  readonly cacheDirectory: string | undefined;
  /** Fuzzing does it without a thread for each. */
  readonly transpile?: typeof transpileComponent;
}

export async function preparePlugin(
  file: ComponentFile,
  options: PrepareOptions,
): Promise<Checked<PreparedPlugin>> {
  const diagnostics: Diagnostic[] = [];
  const fail = (code: DiagnosticCode, parts: DiagnosticParts): Checked<PreparedPlugin> => ({
    value: undefined,
    diagnostics: [...diagnostics, createDiagnostic(code, parts)],
  });
  const subject = `plugin \`${file.manifest.name}\` ${file.manifest.version}`;
  const { cacheDirectory } = options;
  const cache = cacheDirectory === undefined ? undefined : openCache(cacheDirectory);
  const usable = cache === undefined || 'problem' in cache ? undefined : cache;
  let unusable = cache !== undefined && 'problem' in cache ? cache : undefined;
  const key = cacheKey(file.digest, TRANSPILER_VERSION);
  let transpiled = usable === undefined ? undefined : readCacheEntry(usable, key);
  if (transpiled === undefined) {
    const result = await (options.transpile ?? transpileComponent)(file.bytes);
    if ('error' in result) {
      return fail('PLUGIN_TRANSPILE_FAILED', { message: `${subject}: ${firstLine(result.error)}` });
    }
    transpiled = result.transpiled;
    if (usable !== undefined) unusable = writeCacheEntry(usable, key, transpiled);
  }
  if (unusable !== undefined) {
    const message = `plugins are prepared anew at each start, the cache cannot be used: ${unusable.problem}`;
    const code = unusable.isUnsafe ? 'PLUGIN_CACHE_UNSAFE' : 'PLUGIN_CACHE_UNUSABLE';
    diagnostics.push(createDiagnostic(code, { message }));
  }
  try {
    const modules = compileModules(transpiled, file.limits.memorySizeMax);
    const unsafeName = findUnsafeName(Object.values(modules).map(({ module }) => module));
    if (unsafeName !== undefined) {
      const shown = JSON.stringify(unsafeName.slice(0, 60));
      return fail('PLUGIN_UNSAFE_NAME', {
        message: `${subject} has a core module with name ${shown}`,
      });
    }
    const glue = amendGlue(transpiled.glue);
    const { manifest, digest, limits, wasi } = file;
    const value = { manifest, digest, glue, modules, memorySizeMax: limits.memorySizeMax, wasi };
    return { value, diagnostics };
  } catch (error) {
    const message = `${subject}: ${error instanceof Error ? error.message : String(error)}`;
    if (error instanceof MalformedBinary) return fail('PLUGIN_UNCAPPABLE', { message });
    return fail('PLUGIN_TRANSPILE_FAILED', { message });
  }
}

type CompiledModule = PreparedModule & { readonly module: WebAssembly.Module };

/** The cap holds for the memories of all modules together. */
function compileModules(
  transpiled: Transpiled,
  memorySizeMax: number,
): Record<string, CompiledModule> {
  const modules: Record<string, CompiledModule> = {};
  for (const { name, bytes } of transpiled.modules) {
    checkModule(bytes);
    const capped = capMemories(bytes, memorySizeMax);
    // Shared with the threads that it is sent to.
    const shared = new Uint8Array(new SharedArrayBuffer(capped.length));
    shared.set(capped);
    const module = new WebAssembly.Module(capped);
    modules[name] = { module, bytes: shared, demand: demandOf(capped) };
  }
  return modules;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, LIMITS.logLineSizeMax.value) ?? '';
}
