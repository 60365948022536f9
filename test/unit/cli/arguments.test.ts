import { expect, it } from 'vitest';
import { normalizeArguments } from '../../../engine/cli/program/arguments.ts';

const rows: [written: string, normal: string][] = [
  ['run cloudtrail logs -r a.yaml', 'run cloudtrail logs -r a.yaml'],
  ['run -r a.yaml b.yml cloudtrail logs', 'run -r a.yaml -r b.yml cloudtrail logs'],
  ['run -r a.yaml b.yaml -q c.yaml', 'run -r a.yaml -r b.yaml -q c.yaml'],
  ['run --rules folder b.yaml', 'run --rules folder --rules b.yaml'],
  ['run -r a.yaml -c tiercel.yaml', 'run -r a.yaml -c tiercel.yaml'],
  ['run -V a.yaml b.yaml', 'run -V a.yaml -V b.yaml'],
  ['-V a.yaml', 'run -V a.yaml'],
  ['run -r', 'run -r'],
  ['validate a.yaml b.yaml', 'validate a.yaml b.yaml'],
];

it.each(rows)('`%s` is `%s`', (written, normal) => {
  expect(normalizeArguments(written.split(' ')).join(' ')).toBe(normal);
});
