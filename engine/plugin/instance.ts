/*
 * One instance of a prepared plugin, in a worker. The generated JavaScript was checked by the name guard;
 * it is evaluated as a plain function that imports nothing. Whatever a call throws becomes a
 * `PluginFault`, after which the instance takes no more calls.
 */

import { compileFunction } from 'node:vm';
import { LIMITS } from '../base/limits.ts';
import { cutText } from '../base/text.ts';
import { createHostImports, type Imports } from './abi/host-imports.ts';
import { PluginFault, type PluginFaultKind, type PluginInstance } from './abi/plugin-instance.ts';
import { adaptExtractor, adaptSource, type Guard, type GuestExports } from './abi/v0_1.ts';
import type { ModuleDemand } from './gate/memory-cap.ts';
import type { HostServices } from './host/host-services.ts';
import type { PreparedModule, PreparedPlugin } from './prepare/prepared-plugin.ts';

type Instantiate = (
  // The generated code hands on what it is given by name.
  getModule: (name: string) => PreparedModule,
  imports: Imports,
  instantiateCore: (
    module: PreparedModule,
    imports: Record<string, Record<string, unknown>>,
  ) => WebAssembly.Instance,
) => GuestExports;

const FAULT_MESSAGE_SIZE_MAX = 500;

export function instantiatePlugin(prepared: PreparedPlugin, host: HostServices): PluginInstance {
  const { manifest, modules } = prepared;
  const { name } = manifest;
  const instances: WebAssembly.Instance[] = [];
  const account = new InstanceAccount(prepared);
  const { imports, beginCall } = createHostImports(host, name, prepared.wasi);
  let isBroken = false;
  const guard: Guard = (call) => {
    if (isBroken) throw new PluginFault('trap', name, 'is not used after a fault');
    beginCall();
    try {
      return call();
    } catch (error) {
      const fault = toFault(error, name);
      // An error that the plugin itself answered leaves it as sound as it was.
      isBroken = fault.kind !== 'error';
      throw fault;
    }
  };
  const exports = guard(() =>
    evaluateGlue(prepared.glue)(
      (moduleName) => {
        const module = modules[moduleName];
        if (module === undefined) throw new Error(`no core module ${moduleName}`);
        return module;
      },
      imports,
      ({ module, demand }, coreImports) => {
        if (module === undefined) throw new Error('a core module was not compiled');
        account.add(demand);
        const instance = new WebAssembly.Instance(module, coreImports);
        instances.push(instance);
        return instance;
      },
    ),
  );
  return {
    name,
    get memorySize() {
      return memorySizeOf(instances);
    },
    init: (config) => guard(() => exports.plugin.init(config)),
    source:
      exports.source === undefined
        ? undefined
        : adaptSource(exports.source, { pluginName: name, guard, instances }),
    extractor:
      exports.extractor === undefined
        ? undefined
        : adaptExtractor(exports.extractor, manifest, guard),
  };
}

/** Several modules may have the same memory. */
function memorySizeOf(instances: readonly WebAssembly.Instance[]): number {
  const memories = new Set(
    instances.flatMap(({ exports }) =>
      Object.values(exports).filter((one) => one instanceof WebAssembly.Memory),
    ),
  );
  return [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** What all instances of a component may take together: each module's caps hold for one of them only. */
class InstanceAccount {
  readonly #name: string;
  #memoryLeft: number;
  #tableElementsLeft: number = LIMITS.tableElementsTotalMax.value;
  #instancesLeft: number = LIMITS.coreInstancesMax.value;

  constructor({ manifest, memorySizeMax }: PreparedPlugin) {
    this.#name = manifest.name;
    this.#memoryLeft = memorySizeMax;
  }

  add({ memorySize, tableElements }: ModuleDemand): void {
    this.#memoryLeft -= memorySize;
    this.#tableElementsLeft -= tableElements;
    this.#instancesLeft -= 1;
    if (this.#memoryLeft < 0)
      this.#refuse('memory than it may have: its modules want a memory each');
    if (this.#tableElementsLeft < 0) this.#refuse('elements in its tables than it may have');
    if (this.#instancesLeft < 0) this.#refuse('instances of core modules than it may have');
  }

  #refuse(what: string): never {
    throw new PluginFault('denied', this.#name, `asks for more ${what}`);
  }
}

/** The transpiler's output in instantiation mode: exactly two exported functions, no imports. */
function evaluateGlue(glue: string): Instantiate {
  if (/^\s*import[\s({]/m.test(glue)) throw new Error('the generated code has an import');
  const body = glue
    .replace(/^export function instantiate/m, 'function instantiate')
    .replace(/^export const _util/m, 'const _util');
  const evaluate = compileFunction(`${body}\nreturn instantiate;`, [], {
    filename: 'plugin-glue.js',
  }) as () => Instantiate;
  return evaluate();
}

function toFault(error: unknown, pluginName: string): PluginFault {
  if (error instanceof PluginFault) return error;
  const text: unknown = (error as { payload?: { message?: unknown } } | undefined)?.payload
    ?.message;
  if (typeof text === 'string')
    return new PluginFault('error', pluginName, cutText(text, FAULT_MESSAGE_SIZE_MAX));
  const message = error instanceof Error ? error.message : String(error);
  return new PluginFault(kindOf(error), pluginName, cutText(message, FAULT_MESSAGE_SIZE_MAX));
}

function kindOf(error: unknown): PluginFaultKind {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return 'trap';
  return 'answer';
}
