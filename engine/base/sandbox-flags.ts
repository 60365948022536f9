import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** Node flags of a process that runs untrusted code: it reads only our code, has no children and no addons. */
export function sandboxFlags(): string[] {
  const root = packageRoot();
  const isSettled = process.allowedNodeEnvironmentFlags.has('--permission');
  return [
    isSettled ? '--permission' : '--experimental-permission',
    `--allow-fs-read=${join(root, 'dist', 'engine', '*')}`,
    // Where Node looks, on its way up, for the kind of module that a file is.
    `--allow-fs-read=${join(root, 'dist', 'package.json')}`,
    `--allow-fs-read=${join(root, 'package.json')}`,
    '--disallow-code-generation-from-strings',
    '--no-warnings',
  ];
}
