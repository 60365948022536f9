import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from './made-once.ts';
import { REPOSITORY } from './run-program.ts';

/** The package as it would be published, installed into `folder/project`; answers where it lies. */
export async function installPackage(folder: string): Promise<string> {
  const installed = await madeOnce('package', install);
  const project = join(folder, 'project');
  cpSync(join(installed, 'project'), project, { recursive: true, verbatimSymlinks: true });
  return join(project, 'node_modules', 'tiercel');
}

function install(folder: string): void {
  const project = join(folder, 'project');
  mkdirSync(project, { recursive: true });
  // dist/ is built; building again would pull it away from under the other tests.
  npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], REPOSITORY);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  writeFileSync(join(project, 'package.json'), '{}');
  npm(
    [
      'install',
      '--offline',
      '--no-audit',
      '--no-fund',
      ...tarballs.map((name) => join(folder, name)),
    ],
    project,
  );
}

function npm(args: readonly string[], cwd: string): void {
  const shell = process.platform === 'win32';
  execFileSync('npm', args, { cwd, encoding: 'utf8', shell });
}
