/* A folder for a plugin of one's own: a template with the names filled in. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fieldsOf } from '../base/json-fields.ts';
import { packageRoot } from '../base/package-root.ts';
import { type Checked, createDiagnostic } from '../diagnostic/diagnostic.ts';

/** As in the manifest’s schema, and fit to begin the names of fields. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
/** npm leaves files of that name out of packages. */
const IGNORE_FILE = 'gitignore';

/** Paths of the files that were written, in the folder `name` below `parent`. */
export function createPluginFolder(parent: string, name: string): Checked<readonly string[]> {
  const refuse = (message: string, hint?: string): Checked<never> => ({
    value: undefined,
    diagnostics: [createDiagnostic('PLUGIN_CANNOT_CREATE', { message, hint })],
  });
  if (!NAME.test(name)) {
    const hint = 'small letters, digits, - and _, a letter first, for example nginx-access';
    return refuse(`\`${name}\` is no name for a plugin`, hint);
  }
  const folder = join(parent, name);
  if (existsSync(folder)) return refuse(`${folder} is there already`, 'choose another name');
  const template = join(packageRoot(), 'plugins-wasm', 'templates', 'assemblyscript');
  const fill = filler(name);
  const files: string[] = [];
  try {
    for (const entry of readdirSync(template, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const from = join(entry.parentPath, entry.name);
      const path = from.slice(template.length + 1);
      const to = join(folder, path === IGNORE_FILE ? `.${IGNORE_FILE}` : path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, fill(readFileSync(from, 'utf8')));
      files.push(to);
    }
  } catch (error) {
    return refuse(`${folder} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
  return { value: files.sort(), diagnostics: [] };
}

function filler(name: string): (text: string) => string {
  const own = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  const { version, devDependencies } = fieldsOf(JSON.parse(own));
  const identifier = name.replaceAll('-', '_');
  const values: Readonly<Record<string, string>> = {
    name,
    source: identifier,
    prefix: identifier,
    tiercel: `^${String(version)}`,
    assemblyscript: String(fieldsOf(devDependencies).assemblyscript),
  };
  return (text) => text.replaceAll(/__([a-z]+)__/g, (whole, key: string) => values[key] ?? whole);
}
