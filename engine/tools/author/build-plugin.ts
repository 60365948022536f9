/* A folder with a manifest and sources in a language → a plugin’s one file. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { createTextDocument, type TextDocument } from '../../diagnostic/text-document.ts';
import type { Manifest } from '../../plugin/file/manifest.ts';
import { readManifest } from '../../plugin/file/read-manifest.ts';
import type { ComponentFile } from '../../plugin/gate/component-file.ts';
import { assemblyScript } from './assemblyscript.ts';
import { c } from './c.ts';
import { javaScript } from './javascript.ts';
import { packModule, readManifestFile } from './pack-plugin.ts';
import type { CompileMessage, Toolchain } from './toolchain.ts';

const TOOLCHAINS: readonly Toolchain[] = [assemblyScript, javaScript, c];
/** The table of fields of a plugin in AssemblyScript. */
const FIELDS = join('assembly', 'fields.ts');

export interface BuildOptions {
  /** With names and assertions, and not optimised. */
  readonly isDebug: boolean;
}

/** Whether a change of the file in an author’s folder changes the plugin. */
export function isPluginSource(path: string): boolean {
  return path === 'manifest.json' || TOOLCHAINS.some(({ sources }) => sources.test(path));
}

/** `folder` has `manifest.json`, and the entry of a language whose tools are installed there or above. */
export async function buildPlugin(
  folder: string,
  { isDebug }: BuildOptions,
): Promise<Checked<ComponentFile>> {
  const document = readManifestFile(join(folder, 'manifest.json'));
  if ('code' in document) return failed(document);
  const { value: manifest, diagnostics } = readManifest(document);
  if (manifest === undefined) return { value: undefined, diagnostics };
  const found = findEntry(folder);
  if ('code' in found) return failed(found);
  const { toolchain, entry } = found;
  const obstacle = toolchain.findObstacle(folder);
  if (obstacle !== undefined) return failed(createDiagnostic('PLUGIN_CANNOT_BUILD', obstacle));
  const wrong = checkFields(folder, manifest);
  if (wrong.length > 0) return { value: undefined, diagnostics: wrong };
  const { bytes, messages } = await toolchain.compile(folder, entry, { manifest, isDebug });
  const said = messages.map((message) => toDiagnostic(folder, message));
  if (bytes === undefined) return { value: undefined, diagnostics: [...diagnostics, ...said] };
  const { memorySizeMax } = toolchain;
  const packed = await packModule({ path: join(folder, entry), bytes, memorySizeMax }, document);
  return { value: packed.value, diagnostics: [...said, ...packed.diagnostics] };
}

function failed(diagnostic: Diagnostic): Checked<ComponentFile> {
  return { value: undefined, diagnostics: [diagnostic] };
}

function findEntry(folder: string): { toolchain: Toolchain; entry: string } | Diagnostic {
  for (const toolchain of TOOLCHAINS) {
    const entry = toolchain.entries.find((path) => existsSync(join(folder, path)));
    if (entry !== undefined) return { toolchain, entry };
  }
  const entries = TOOLCHAINS.flatMap(
    ({ entries: [first = ''], language }) => `${first} (${language})`,
  );
  const message = `${folder} has no ${entries.join(', nor ')}`;
  const hint = 'a plugin in another language is made with its own tools and `tiercel plugin pack`';
  return createDiagnostic('PLUGIN_CANNOT_BUILD', { message, hint });
}

/** The table of fields, where there is one, and the manifest name the same fields in the same order. */
function checkFields(folder: string, { extractor }: Manifest): Diagnostic[] {
  const path = join(folder, FIELDS);
  if (extractor === undefined || !existsSync(path)) return [];
  const document = createTextDocument(path, readFileSync(path, 'utf8'));
  const rows = [...document.text.matchAll(/^fields\.\w+\(\s*'([^']+)'/gm)];
  const declared = extractor.fields.map(({ name }) => name);
  for (let at = 0; at < Math.max(rows.length, declared.length); at++) {
    const row = rows[at];
    if (row?.[1] === declared[at]) continue;
    const has = (name: string | undefined): string => (name === undefined ? 'none' : `\`${name}\``);
    const message = `field ${at + 1} is ${has(row?.[1])} here and ${has(declared[at])} in manifest.json`;
    const hint = 'both name the same fields, in the same order';
    const start = row?.index ?? document.text.length;
    const span = { start, end: start + (row?.[0].length ?? 0) };
    const primary = { document, span, text: 'here' };
    return [createDiagnostic('PLUGIN_CANNOT_BUILD', { message, hint, primary })];
  }
  return [];
}

function toDiagnostic(folder: string, { isError, text, place }: CompileMessage): Diagnostic {
  const code = isError ? 'PLUGIN_CANNOT_BUILD' : 'PLUGIN_BUILD_WARNING';
  if (place === undefined) return createDiagnostic(code, { message: text });
  const path = join(folder, place.file);
  const document = readDocument(path);
  if (document === undefined)
    return createDiagnostic(code, { message: `${place.file}:${place.line}: ${text}` });
  const start = (document.lineStarts[place.line - 1] ?? 0) + place.character - 1;
  const span = { start, end: start + 1 };
  const primary = { document, span, text: 'here' };
  return createDiagnostic(code, { message: text, primary });
}

function readDocument(path: string): TextDocument | undefined {
  try {
    return createTextDocument(path, readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
