import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { findConfinement } from '../../base/confinement.ts';
import { LIMITS } from '../../base/limits.ts';
import { asOwn } from '../../base/own-json.ts';
import { workerEntry } from '../../base/package-root.ts';
import { sandboxFlags } from '../../base/sandbox-flags.ts';
import type { Transpiled } from './run-transpiler.ts';

export type TranspileResult = { readonly transpiled: Transpiled } | { readonly error: string };

/**
 * Component → JavaScript and core modules, in a process of its own that has limited time and memory, and no files. The
 * transpiler is itself 3.5 MB of WebAssembly that runs for a third of a second: with V8’s baseline compiler alone that
 * takes 0.36 s of CPU time instead of 1.4 s (a component of 12 MB: 1.4 s instead of 2.3 s; 2 cores, 2026-11-29).
 */
export function transpileComponent(component: Uint8Array): Promise<TranspileResult> {
  return new Promise((resolve) => {
    const [command = '', ...args] = [...findConfinement().prefix(0), process.execPath];
    const child = fork(fileURLToPath(workerEntry('plugin/prepare/transpile-worker.js')), {
      execPath: command,
      execArgv: [...args, ...sandboxFlags(), '--liftoff-only', '--max-old-space-size=1024'],
      env: {},
      cwd: '/',
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const finish = (result: TranspileResult): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.on('error', () => {});
      child.kill('SIGKILL');
      resolve(result);
    };
    const timer = setTimeout(() => {
      finish({ error: `no answer within ${LIMITS.transpileTimeMax.value} ms` });
    }, LIMITS.transpileTimeMax.value);
    child.once('message', (answer) => finish(toResult(answer)));
    child.once('error', ({ message }) => finish({ error: message }));
    child.once('exit', (code, signal) =>
      finish({ error: `its process ended with ${signal ?? `code ${code}`}` }),
    );
    child.send(component, (error) => {
      if (error !== null) finish({ error: error.message });
    });
  });
}

const ANSWER = v.union([
  v.object({ error: v.string() }),
  v.object({
    transpiled: v.object({
      glue: v.string(),
      modules: v.array(v.object({ name: v.string(), bytes: v.instance(Uint8Array) })),
    }),
  }),
]);

/** Checks what the transpiler's process sends: a hostile component may have taken it over. */
function toResult(answer: unknown): TranspileResult {
  return asOwn(ANSWER, answer) ?? { error: 'its process gave no answer' };
}
