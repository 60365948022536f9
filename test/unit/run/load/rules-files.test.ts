import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRulesFiles } from '../../../../engine/run/load/rules-files.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('rules-files');
for (const name of [
  'a.yaml',
  'b.yml',
  '.hidden.yaml',
  'notes.txt',
  'more/c.yaml',
  'more/deep/d.yaml',
  'other/c.yaml',
]) {
  folder.write(name, '[]');
}
folder.write('empty/readme.txt', '');
folder.write('folder.yaml/x.txt', '');

const rows: [path: string, found: string[]][] = [
  ['a.yaml', ['a.yaml']],
  ['.hidden.yaml', ['.hidden.yaml']],
  ['notes.txt', ['notes.txt']],
  ['.', ['a.yaml', 'b.yml']],
  ['more', ['more/c.yaml']],
  ['*.yaml', ['a.yaml']],
  ['*.y*ml', ['a.yaml', 'b.yml']],
  ['[ab].y*', ['a.yaml', 'b.yml']],
  ['?.yml', ['b.yml']],
  ['*/c.yaml', ['more/c.yaml', 'other/c.yaml']],
  ['mo*', ['more/c.yaml']],
  ['.h*', ['.hidden.yaml']],
];

function read(path: string, mayBeMissing = false): ReturnType<typeof readRulesFiles> {
  return readRulesFiles([{ path: join(folder.path, path), mayBeMissing }]);
}

describe('rules files', () => {
  it.each(rows)('%s stands for %j', (path, found) => {
    const { documents, diagnostics } = read(path);
    expect(documents.map(({ name }) => relative(folder.path, name))).toEqual(found);
    expect(diagnostics).toEqual([]);
  });

  it.each([
    ['nowhere.yaml', 'RULE_FILE_UNREADABLE'],
    ['no*.yaml', 'RULE_FILE_UNREADABLE'],
    ['empty', 'RULE_FOLDER_EMPTY'],
    ['folder.yaml', 'RULE_FOLDER_EMPTY'],
  ])('%s is %s', (path, code) => {
    expect(read(path).diagnostics.map((one) => one.code)).toEqual([code]);
  });

  it('that the configuration names and that are not there are left out with a notice', () => {
    expect(read('nowhere.yaml', true).diagnostics.map((one) => one.code)).toEqual([
      'RULE_FILE_SKIPPED',
    ]);
  });

  it.each([
    ['UTF-8', Buffer.from('\ufeff- list: é', 'utf8')],
    ['UTF-16', Buffer.from('\ufeff- list: é', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeff- list: é', 'utf16le').swap16()],
  ])('may begin with a byte order mark: %s', (_name, bytes) => {
    folder.write('marked/m.yaml', bytes);
    expect(read('marked').documents[0]?.text).toBe('- list: é');
  });
});
