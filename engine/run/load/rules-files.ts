/* Rules files as they are named (files, folders, globs) → their texts, in order. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { systemErrorText } from '../../base/system-error.ts';
import { decodeText, toByteString } from '../../base/text.ts';
import type { RulesPath } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { createTextDocument, type TextDocument } from '../../diagnostic/text-document.ts';
import { compileGlob } from '../../language/match/glob.ts';
import { digestOf } from '../../packages/trust/signed-file.ts';

/** A rules file of so many bytes is a mistake or an attack. */
const FILE_SIZE_MAX = 64 << 20;
const IS_RULES_FILE = /\.ya?ml$/;

export interface RulesFiles {
  readonly documents: readonly TextDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readRulesFiles(paths: readonly RulesPath[]): RulesFiles {
  const documents: TextDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const named of paths) {
    const files = rulesFilesOf(named.path);
    const isMissing = files.length === 0 && !existsSync(named.path);
    if (isMissing) diagnostics.push(missing(named));
    else if (files.length === 0) diagnostics.push(withoutFiles(named.path));
    for (const path of files) {
      const read = readFile(path, named.locked);
      if ('code' in read) diagnostics.push(read);
      else documents.push(read);
    }
  }
  return { documents, diagnostics };
}

/** All files that the paths lead to. */
export function filesOf(paths: readonly RulesPath[]): string[] {
  return paths.flatMap(({ path }) => rulesFilesOf(path));
}

/** Another text when one of the files was changed, came or went. */
export function signatureOf(paths: readonly RulesPath[]): string {
  const seen = filesOf(paths).map((path) => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return `${path}\t${found?.ino}\t${found?.size}\t${found?.mtimeNs}`;
  });
  return seen.join('\n');
}

function missing({ path, mayBeMissing, locked }: RulesPath): Diagnostic {
  if (locked !== undefined) {
    const message = `the rules \`${locked.name}\` were installed from ${locked.from}, but are not on this machine`;
    const hint = 'fetch what the lock names: `tiercel rules install`';
    return createDiagnostic('PLUGIN_NOT_INSTALLED', { message, hint });
  }
  if (mayBeMissing) {
    return createDiagnostic('RULE_FILE_SKIPPED', {
      message: `the rules file ${path} does not exist`,
    });
  }
  const reason = hasWildcard(path) ? 'no file matches' : 'it does not exist';
  const message = `cannot read the rules file ${path}: ${reason}`;
  return createDiagnostic('RULE_FILE_UNREADABLE', { message });
}

function withoutFiles(folder: string): Diagnostic {
  const message = `the folder ${folder} has no rules files`;
  const hint = 'rules files end with .yaml or .yml and do not begin with a dot';
  return createDiagnostic('RULE_FOLDER_EMPTY', { message, hint });
}

function readFile(path: string, locked: RulesPath['locked']): TextDocument | Diagnostic {
  try {
    const { size } = statSync(path);
    if (size > FILE_SIZE_MAX) throw new Error(`${size} bytes, the limit is ${FILE_SIZE_MAX}`);
    const bytes = readFileSync(path);
    if (locked === undefined) return createTextDocument(path, decodeText(bytes));
    const digest = digestOf(bytes);
    if (digest === locked.digest)
      return createTextDocument(`${locked.name} (installed)`, decodeText(bytes));
    const message = `the rules \`${locked.name}\` (${path}) have SHA-256 ${digest}, the lock says ${locked.digest}`;
    return createDiagnostic('LOCK_MISMATCH', { message });
  } catch (error) {
    const reason = systemErrorText(error);
    const message = `cannot read the rules file ${path}: ${reason}`;
    return createDiagnostic('RULE_FILE_UNREADABLE', { message });
  }
}

/** A folder stands for its rules files by name, hidden ones left out (Falco); a glob for what it matches. */
export function rulesFilesOf(path: string): string[] {
  if (!existsSync(path)) return hasWildcard(path) ? expandGlob(path) : [];
  return isFolder(path) ? rulesFilesIn(path) : [path];
}

function rulesFilesIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => IS_RULES_FILE.test(name) && !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((path) => !isFolder(path));
}

function hasWildcard(path: string): boolean {
  return /[*?[]/.test(path);
}

/** Each part between slashes is matched against names; what matches is sorted, folders are their files. */
function expandGlob(pattern: string): string[] {
  const root = isAbsolute(pattern) ? rootOf(pattern) : '.';
  let found = [root];
  for (const part of pattern.slice(root === '.' ? 0 : root.length).split(sep)) {
    if (part === '') continue;
    found = hasWildcard(part)
      ? found.flatMap((folder) => matchingIn(folder, part))
      : found.map((folder) => join(folder, part)).filter((path) => existsSync(path));
  }
  return found.flatMap((path) => (isFolder(path) ? rulesFilesIn(path) : [path]));
}

function matchingIn(folder: string, part: string): string[] {
  const matches = compileGlob(toByteString(part));
  return namesIn(folder)
    .filter((name) => !name.startsWith('.') || part.startsWith('.'))
    .filter((name) => matches(toByteString(name)))
    .map((name) => join(folder, name));
}

function rootOf(path: string): string {
  let root = path;
  while (dirname(root) !== root) root = dirname(root);
  return root;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // Not a folder, or not readable: nothing in it matches, which is reported where nothing was found.
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
