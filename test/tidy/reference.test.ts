import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeConfigurationPage } from '../../engine/build/configuration-page.mjs';
import { makeReference } from '../../engine/build/reference.mjs';
import { REPOSITORY } from '../support/run-program.ts';

const REFERENCE = readFileSync(join(REPOSITORY, 'plugins-wasm/REFERENCE.md'), 'utf8');

it('the reference for authors of plugins is that of the code: `npm run reference`', () => {
  expect(REFERENCE).toBe(makeReference());
});

it('the page of the configuration is that of the schema: `npm run reference`', () => {
  const page = readFileSync(join(REPOSITORY, 'schemas/CONFIGURATION.md'), 'utf8');
  expect(page).toBe(makeConfigurationPage());
  expect(page).toContain('| `webserver.listen_port` | number | `8765` | Port; 0: any free port. |');
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
