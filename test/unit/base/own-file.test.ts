/* Names of ours under which others have put something: it is not opened, and what it leads to is as it was. */

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openOwnFile, readOwnFile, replaceOwnFile } from '../../../engine/base/own-file.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const folder = scratchFolder('own-file');
let victim = '';
let path = '';
let count = 0;

beforeEach(() => {
  count += 1;
  mkdirSync(join(folder.path, `${count}`));
  victim = join(folder.path, `${count}`, 'victim');
  path = join(folder.path, `${count}`, 'ours');
  writeFileSync(victim, 'of somebody else');
});

describe.runIf(process.platform !== 'win32')('a file of ours', () => {
  it.each(['read', 'change', 'append', 'replace'] as const)('is no link: %s', async (use) => {
    symlinkSync(victim, path);
    await expect(openOwnFile(path, use, 0o600)).rejects.toThrow('is a symbolic link');
    expect(readFileSync(victim, 'utf8')).toBe('of somebody else');
  });

  it.each(['read', 'change', 'append', 'replace'] as const)('is no pipe: %s', async (use) => {
    execFileSync('mkfifo', [path]);
    await expect(openOwnFile(path, use, 0o600)).rejects.toThrow('is no regular file');
  });

  it('is read up to a size, without waiting for anybody', () => {
    expect(readOwnFile(path, 10)).toBeUndefined();
    writeFileSync(path, '0123456789');
    expect(readOwnFile(path, 10)?.toString()).toBe('0123456789');
    truncateSync(path, 2 ** 32);
    expect(() => readOwnFile(path, 10)).toThrow('4294967296 bytes, of at most 10');
    symlinkSync(victim, `${path}-link`);
    expect(() => readOwnFile(`${path}-link`, 100)).toThrow('is a symbolic link');
    execFileSync('mkfifo', [`${path}-pipe`]);
    expect(() => readOwnFile(`${path}-pipe`, 100)).toThrow('is no regular file');
  });

  it('is replaced as a whole, by a name that nobody knows before', async () => {
    symlinkSync(victim, `${path}.new`);
    symlinkSync(victim, path);
    await replaceOwnFile(path, 'ours', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('ours');
    expect(readFileSync(victim, 'utf8')).toBe('of somebody else');
    mkdirSync(`${path}-folder`);
    await expect(replaceOwnFile(`${path}-folder`, 'ours', 0o600)).rejects.toThrow();
    expect(readdirSync(join(folder.path, `${count}`)).toSorted()).toEqual([
      'ours',
      'ours-folder',
      'ours.new',
      'victim',
    ]);
  });
});
