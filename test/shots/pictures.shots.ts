/* Pictures of the program as it is, for the README and the guides: `npm run shots`. */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Chromium, findChromium } from '../support/chromium.ts';
import { runLive } from '../support/run-live.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { terminalLines, terminalPicture } from '../support/terminal-picture.ts';

const PICTURES = join(REPOSITORY, 'engine/guide/pictures');
const SAMPLES = join(REPOSITORY, 'rules/samples/AWSLogs');
const scratch = scratchFolder('shots');
mkdirSync(PICTURES, { recursive: true });

it('the terminal', async () => {
  const { stdout, stderr, code } = await runProgram(['run', 'cloudtrail', SAMPLES]);
  expect(code).toBe(0);
  writeFileSync(join(PICTURES, 'terminal.svg'), terminalPicture(terminalLines(stdout, stderr)));
});

const VIEWS: readonly [name: string, options: Parameters<Chromium['open']>[1]][] = [
  ['page', { width: 1280, height: 720 }],
  ['page-dark', { width: 1280, height: 720, isDark: true }],
  ['page-phone', { width: 390, height: 844 }],
  ['page-phone-dark', { width: 390, height: 844, isDark: true }],
];

it.skipIf(findChromium() === undefined)('the page', async () => {
  cpSync(SAMPLES, join(scratch.path, 'AWSLogs'), { recursive: true });
  // Trouble, so that one sees where it is shown: a receiver that does not answer, and the log of something else.
  scratch.write('AWSLogs/app.log', '{"level":"info","msg":"started"}\n');
  const config = scratch.write(
    'tiercel.yaml',
    `webserver: {enabled: true, listen_port: 0}
plugins: [{name: cloudtrail, open_params: ./AWSLogs}]
follow: true
outputs: [{type: http, name: siem, url: "http://127.0.0.1:9/alerts", spool: {path: ./spool}}]
`,
  );
  const browser = new Chromium(findChromium() ?? '');
  try {
    await runLive(['run', '-c', config], async (program) => {
      await program.until('status page: ');
      const url = /status page: (\S+)/.exec(program.stderr)?.[1] ?? '';
      for (const [name, options] of VIEWS) {
        await browser.open(url, options);
        await browser.until('document.querySelectorAll("#rows .row").length === 15');
        await browser.until('document.getElementById("trouble").childElementCount >= 2');
        // The bars are drawn twice a second.
        await browser.until('document.querySelectorAll("#timeline rect").length > 5');
        if (!name.includes('phone')) {
          await browser.evaluate('document.querySelectorAll("#rows .row")[3].click()');
          await browser.until('document.querySelector("#detail .tag") !== null');
        }
        writeFileSync(join(PICTURES, `${name}.png`), await browser.screenshot());
      }
    });
  } finally {
    await browser.close();
  }
});
