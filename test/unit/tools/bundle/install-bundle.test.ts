/* A bundle is written into its folder, and nowhere else. */

import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installBundle } from '../../../../engine/tools/bundle/install-bundle.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('install-bundle');
const before = process.env.XDG_DATA_HOME;
const FILES = new Map([
  ['configuration/tiercel.yaml', Buffer.from('rules_files: [rules/a.yaml]\n')],
  ['configuration/rules/a.yaml', Buffer.from('[]')],
]);

beforeAll(() => {
  process.env.XDG_DATA_HOME = join(scratch.path, 'home');
});
afterAll(() => {
  process.env.XDG_DATA_HOME = before;
});

describe.runIf(process.platform !== 'win32')('a bundle', () => {
  it.each(['rules', 'rules/a.yaml', 'tiercel.yaml'])(
    'is not written through a link at %s',
    (at) => {
      const folder = join(scratch.path, at.replaceAll('/', '-'));
      const elsewhere = join(scratch.path, `${at.replaceAll('/', '-')}-elsewhere`);
      mkdirSync(at === 'rules' ? folder : join(folder, 'rules'), { recursive: true });
      if (at === 'rules') mkdirSync(elsewhere);
      symlinkSync(elsewhere, join(folder, at));
      const said = installBundle(FILES, { folder, isForced: true });
      expect(said?.code).toBe('BUNDLE_IN_THE_WAY');
      expect(said?.message).toContain(`${join(folder, at)} is a symbolic link`);
      expect(existsSync(join(elsewhere, 'a.yaml'))).toBe(false);
    },
  );

  it('may be written to a folder that is one', () => {
    mkdirSync(join(scratch.path, 'real'));
    symlinkSync('real', join(scratch.path, 'named'));
    const folder = join(scratch.path, 'named');
    expect(installBundle(FILES, { folder, isForced: false })).toBeUndefined();
    expect(readFileSync(join(scratch.path, 'real/rules/a.yaml'), 'utf8')).toBe('[]');
  });
});
