/* Transpiles a component in this thread; its caller limits time and memory. */

import { $init, generate } from '@bytecodealliance/jco-transpile/component';

export interface Transpiled {
  readonly glue: string;
  readonly modules: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

type Options = Parameters<typeof generate>[1];

// Bare functions, no Node compatibility, everything in memory: what workers evaluate needs no imports.
const OPTIONS = {
  name: 'plugin',
  noTypescript: true,
  instantiation: { tag: 'sync' },
  map: [],
  compat: false,
  noNodejsCompat: true,
  base64Cutoff: 0,
  tlaCompat: false,
  validLiftingOptimization: false,
  tracing: false,
  noNamespacedExports: true,
  multiMemory: false,
} as unknown as Options;

export async function transpile(component: Uint8Array): Promise<Transpiled> {
  await $init;
  const { files } = generate(component, OPTIONS);
  const glue = files.find(([name]) => name.endsWith('.js'))?.[1];
  if (glue === undefined) throw new Error('the transpiler gave no JavaScript');
  const modules = files
    .filter(([name]) => name.endsWith('.wasm'))
    .map(([name, bytes]) => ({ name, bytes }));
  return { glue: Buffer.from(glue).toString('utf8'), modules };
}
