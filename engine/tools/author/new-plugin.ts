/* A folder for a plugin of one's own: a template with the names filled in. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fieldsOf } from '../../base/json-fields.ts';
import { packageRoot } from '../../base/package-root.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';

/** As in the manifest’s schema, and fit to begin the names of fields. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
/** npm leaves files of that name out of packages. */
const IGNORE_FILE = 'gitignore';

export const TEMPLATES = ['assemblyscript', 'javascript', 'c'] as const;
/** What those of all languages have; a language may have its own of it. */
const COMMON = 'common';

/** Paths of the files that were written, in the folder `name` below `parent`. */
export function createPluginFolder(
  parent: string,
  name: string,
  template: string,
): Checked<readonly string[]> {
  const refuse = (message: string, hint?: string): Checked<never> => ({
    value: undefined,
    diagnostics: [createDiagnostic('PLUGIN_CANNOT_CREATE', { message, hint })],
  });
  if (!NAME.test(name)) {
    const hint = 'small letters, digits, - and _, a letter first, for example nginx-access';
    return refuse(`\`${name}\` is no name for a plugin`, hint);
  }
  if (!TEMPLATES.some((one) => one === template))
    return refuse(`there is no template \`${template}\``, `there are: ${TEMPLATES.join(', ')}`);
  const folder = join(parent, name);
  if (existsSync(folder)) return refuse(`${folder} is there already`, 'choose another name');
  const fill = filler(name);
  const files = new Set<string>();
  try {
    for (const [path, from] of [...filesOf(COMMON), ...filesOf(template)]) {
      const to = join(folder, path === IGNORE_FILE ? `.${IGNORE_FILE}` : path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, fill(readFileSync(from, 'utf8')));
      files.add(to);
    }
  } catch (error) {
    return refuse(`${folder} cannot be written: ${systemErrorText(error)}`);
  }
  return { value: [...files].sort(), diagnostics: [] };
}

/** Paths in the template, and where they are. */
function filesOf(template: string): [path: string, from: string][] {
  const root = join(packageRoot(), 'plugins-wasm', 'templates', template);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((from) => [from.slice(root.length + 1), from]);
}

function filler(name: string): (text: string) => string {
  const own = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  const { version, devDependencies } = fieldsOf(JSON.parse(own));
  const versionOf = (tool: string): string => String(fieldsOf(devDependencies)[tool]);
  const identifier = name.replaceAll('-', '_');
  const values: Readonly<Record<string, string>> = {
    name,
    source: identifier,
    prefix: identifier,
    tiercel: `^${String(version)}`,
    assemblyscript: versionOf('assemblyscript'),
    componentize: versionOf('@bytecodealliance/componentize-js'),
    shim: versionOf('@bytecodealliance/preview2-shim'),
    rolldown: versionOf('rolldown'),
  };
  return (text) => text.replaceAll(/__([a-z]+)__/g, (whole, key: string) => values[key] ?? whole);
}
