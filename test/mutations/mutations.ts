/* A template of each language, and what is done to it. */

import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { installTools, type Language, missingTools } from '../support/author-tools.ts';
import { expectFailure, type Mutation } from '../support/conformance-report.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { MUTATIONS as ASSEMBLYSCRIPT, prefixOf } from './assemblyscript.ts';
import { MUTATIONS as C } from './c.ts';

/** In JavaScript what its code cannot be changed for; all else is in javascript.mutations.ts. */
const JAVASCRIPT: readonly Mutation[] = [
  [
    'a text that is declared a network',
    'manifest.json',
    ['"name": "shop.action", "type": "string"', '"name": "shop.action", "type": "ipnet"'],
    ['rules'],
    'shop.action',
  ],
];

const MUTATIONS: Readonly<Record<Language, readonly Mutation[]>> = {
  assemblyscript: ASSEMBLYSCRIPT,
  c: C,
  javascript: JAVASCRIPT,
};

/** Tries every `step`th of the language. */
export function tryMutations(language: Language, step: number): void {
  describe(`a broken plugin in ${language} fails where it is broken`, () => {
    const missing = missingTools(language);
    const scratch = scratchFolder(`broken-${language}`);
    const sound = join(scratch.path, 'shop');
    beforeAll(async () => {
      const args = ['plugin', 'new', 'shop', '--template', language];
      await runProgram(args, { cwd: scratch.path });
      installTools(sound, language);
    });

    it.for(MUTATIONS[language].filter((_, index) => index % step === 0))(
      '%s',
      async ([name, file, [from, to], points, said], { skip }) => {
        skip(missing !== undefined, missing);
        const prefix = language === 'assemblyscript' ? prefixOf(file) : '';
        await expectFailure(sound, { name, file, from, to, prefix, points, said });
      },
    );
  });
}
