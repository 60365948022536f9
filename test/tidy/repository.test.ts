import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from './source-files.ts';

const TOP_LEVEL = [
  '.ci',
  '.gitignore',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'asconfig.json',
  'engine',
  'package-lock.json',
  'package.json',
  'plugins-wasm',
  'rules',
  'schemas',
  'test',
  'tsconfig.json',
];
const NOT_IN_THE_REPOSITORY = new Set(['.git', 'node_modules', 'dist', '.tiercel']);

describe('repository', () => {
  it('has exactly the agreed top level', () => {
    const found = readdirSync(REPOSITORY).filter((name) => !NOT_IN_THE_REPOSITORY.has(name));
    expect(found.filter((name) => !name.endsWith('.tgz')).sort()).toEqual(TOP_LEVEL);
  });

  it('records no download addresses in the lock file', () => {
    const lock = readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8');
    expect(lock).not.toContain('"resolved": "http');
  });

  it('pins every dependency to one version', () => {
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});
