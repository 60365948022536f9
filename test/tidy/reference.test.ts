import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeReference } from '../../engine/build/reference.mjs';
import { REPOSITORY } from '../support/run-program.ts';

const REFERENCE = readFileSync(join(REPOSITORY, 'plugins-wasm/REFERENCE.md'), 'utf8');

it('the reference for authors of plugins is that of the code: `npm run reference`', () => {
  expect(REFERENCE).toBe(makeReference());
});

it.each([
  '| `capabilities.clock` |',
  '- `putNumber(value: u64): void`',
  '- `WebLog`',
  '### `function definePlugin<Event = string>(parts: PluginParts<Event>): PluginExports`',
  '- `bool tiercel_number(tiercel_text text, uint64_t *number)`: ',
  '- `TIERCEL_FIELDS(parse, fields)`: ',
])('has %s', (part) => {
  expect(REFERENCE).toContain(part);
});
