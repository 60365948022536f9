import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installTools } from '../support/author-tools.ts';
import { installPackage } from '../support/installed-package.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-guide');
const page = readFileSync(join(REPOSITORY, 'plugins-wasm/README.md'), 'utf8');
const tutorial = /^## Fifteen minutes$(.*?)^## /ms.exec(page)?.[1] ?? '';
const blocks = [...tutorial.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
  ([, language = '', file, text = '']) => ({ language, file, text }),
);

/** What is done, as a reader does it: files written, commands given, one after the other, from the package alone. */
/** Builds of a plugin: ten seconds on a machine that does nothing else. */
const TIME_MAX_MS = 300_000;

describe('the guide for authors of plugins', () => {
  let cwd = join(scratch.path, 'project');
  let printed = '';
  beforeAll(async () => {
    await installPackage(scratch.path);
  });

  it.each(
    blocks.map(({ language, file, text }) => [file ?? `${language}: ${text}`, language, text]),
  )(
    '%s',
    (what, language, text) => {
      if (what !== `${language}: ${text}`) scratch.write(join('project/shop', what), text);
      // What is to be seen, of what was printed since the last commands.
      else if (language === 'text') expect(printed).toContain(text);
      else {
        expect(language).toBe('sh');
        printed = '';
        for (const command of text.trim().split('\n')) printed += run(command);
      }
    },
    TIME_MAX_MS,
  );

  function run(command: string): string {
    const [name, argument = ''] = command.split(' ');
    if (name === 'cd') cwd = join(cwd, argument);
    else if (command === 'npm install') install(cwd);
    else {
      const env = { ...process.env, TZ: 'UTC', NO_COLOR: '1' };
      const { status, stdout, stderr } = spawnSync(command, {
        ...{ cwd, env, encoding: 'utf8', shell: true },
      });
      expect([status, stderr.includes('error')], `${command}\n${stdout}${stderr}`).toEqual([
        0,
        false,
      ]);
      return stdout;
    }
    return '';
  }

  /** Nothing is fetched: the package is the one of the folder above, the compiler that of this repository. */
  function install(folder: string): void {
    installTools(folder, 'assemblyscript');
    for (const path of ['node_modules/tiercel', 'node_modules/.bin'])
      symlinkSync(join(dirname(folder), path), join(folder, path));
  }
});
