/* Makes the folder of a new plugin: copies a template and fills in the names. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fieldsOf } from '../../base/json-fields.ts';
import { packageRoot } from '../../base/package-root.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';

/** Names that the manifest’s schema allows and that can begin the names of fields. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
/** npm leaves files of that name out of packages. */
const IGNORE_FILE = 'gitignore';

export const TEMPLATES = ['assemblyscript', 'javascript', 'c'] as const;
/** Files that all languages have; a language may replace one. */
const COMMON = 'common';

/** Writes the folder `name` below `parent`, and returns the paths of its files. */
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
    const hint = 'lowercase letters, digits, - and _, a letter first, for example nginx-access';
    return refuse(`\`${name}\` is not a valid name for a plugin`, hint);
  }
  if (!TEMPLATES.some((one) => one === template))
    return refuse(`unknown template \`${template}\``, `one of ${TEMPLATES.join(', ')}`);
  const folder = join(parent, name);
  if (existsSync(folder)) return refuse(`${folder} exists already`, 'choose another name');
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

/** Files of a template: the path in the template, and the file itself. */
function filesOf(template: string): [path: string, from: string][] {
  const root = join(packageRoot(), 'plugins-wasm', 'templates', template);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((from) => [from.slice(root.length + 1), from]);
}

/**
 * Where the plugin's project gets Tiercel from, as npm writes it. A clone, and a package that no registry has yet
 * (`private` in its package.json, with which npm refuses to publish it), are used where they lie.
 */
function tiercelDependency(root: string, own: Readonly<Record<string, unknown>>): string {
  const isClone = existsSync(join(root, 'tsconfig.json'));
  if (!isClone && own.private !== true) return `^${String(own.version)}`;
  return `file:${root.replaceAll('\\', '/')}`;
}

function filler(name: string): (text: string) => string {
  const root = packageRoot();
  const own = fieldsOf(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const { devDependencies } = own;
  const versionOf = (tool: string): string => String(fieldsOf(devDependencies)[tool]);
  const identifier = name.replaceAll('-', '_');
  const values: Readonly<Record<string, string>> = {
    name,
    source: identifier,
    prefix: identifier,
    tiercel: tiercelDependency(root, own),
    assemblyscript: versionOf('assemblyscript'),
    componentize: versionOf('@bytecodealliance/componentize-js'),
    shim: versionOf('@bytecodealliance/preview2-shim'),
    rolldown: versionOf('rolldown'),
  };
  return (text) => text.replaceAll(/__([a-z]+)__/g, (whole, key: string) => values[key] ?? whole);
}
