import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './run-program.ts';

/** The package as it would be published, installed into `folder/project`; answers where it lies. */
export function installPackage(folder: string): string {
  const npm = (args: string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  // dist/ is built; building again would pull it away from under the other tests.
  const packed = npm(
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    REPOSITORY,
  );
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{}');
  const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
  npm(['install', '--offline', '--no-audit', '--no-fund', tarball], project);
  return join(project, 'node_modules', 'tiercel');
}
