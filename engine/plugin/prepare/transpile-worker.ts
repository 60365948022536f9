/*
 * Throw-away process: component bytes in, generated JavaScript and core modules out. A component that
 * makes the transpiler loop or die takes this process with it, nothing else.
 */

import { transpile } from './run-transpiler.ts';

process.once('message', (component) => {
  transpile(component as Uint8Array).then(
    (transpiled) => process.send?.({ transpiled }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
