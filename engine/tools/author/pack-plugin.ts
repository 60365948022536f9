/*
 * A plugin's one file: a component, or a core module that one is made of, with its manifest inside. It is judged as the
 * engine judges it when it loads it: what packs, loads.
 */

import { readFileSync } from 'node:fs';
import { fieldsOf } from '../../base/json-fields.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { decodeText } from '../../base/text.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { createTextDocument, type TextDocument } from '../../diagnostic/text-document.ts';
import { type Attachments, withAttachments } from '../../plugin/file/attachments.ts';
import { readManifest } from '../../plugin/file/read-manifest.ts';
import {
  isComponent,
  isCoreModule,
  MalformedBinary,
  withCustomSection,
} from '../../plugin/file/wasm-binary.ts';
import {
  type ComponentFile,
  judgeComponent,
  MANIFEST_SECTION,
  readPluginBytes,
} from '../../plugin/gate/component-file.ts';
import { collectAttachments } from './attach.ts';
import { componentize } from './componentize.ts';
import { witText } from './wit.ts';

/**
 * `path`: a core module or a component; `manifestPath`: JSON. The bytes of the value are those of the plugin's file;
 * the same files give the same bytes.
 */
export async function packPlugin(
  path: string,
  manifestPath: string,
): Promise<Checked<ComponentFile>> {
  const document = readManifestFile(manifestPath);
  if ('code' in document) return { value: undefined, diagnostics: [document] };
  const bytes = readPluginBytes(path);
  if (!(bytes instanceof Uint8Array)) return { value: undefined, diagnostics: [bytes] };
  return packModule({ path, bytes }, document);
}

export interface PackedModule {
  /** Used in messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Memory for a manifest that sets none; `undefined`: leave it unset. */
  readonly memorySizeMax?: number | undefined;
}

export async function packModule(
  { path, bytes, memorySizeMax }: PackedModule,
  document: TextDocument,
): Promise<Checked<ComponentFile>> {
  const { value: manifest, diagnostics } = readManifest(document);
  if (manifest === undefined) return { value: undefined, diagnostics };
  try {
    const [world = ''] = manifest.world.split('@');
    const component = await toComponent(path, bytes, world);
    if ('code' in component) return { value: undefined, diagnostics: [...diagnostics, component] };
    const { value: attachments, diagnostics: missing } = collectAttachments(manifest, document);
    if (attachments === undefined) return { value: undefined, diagnostics: missing };
    const text = Buffer.from(embeddedText(document, attachments, memorySizeMax));
    const carrying = withAttachments(component, attachments);
    const packed = withCustomSection(carrying, MANIFEST_SECTION, text);
    const judged = judgeComponent(path, packed);
    return { value: judged.value, diagnostics: [...diagnostics, ...judged.diagnostics] };
  } catch (error) {
    if (!(error instanceof MalformedBinary)) throw error;
    const message = `${path} is damaged: ${error.message}`;
    return { value: undefined, diagnostics: [createDiagnostic('PLUGIN_CANNOT_PACK', { message })] };
  }
}

/** Paths of the author’s machine are private: only the names of files stay. */
function embeddedText(
  document: TextDocument,
  { rules, samples }: Attachments,
  memorySizeMax: number | undefined,
): string {
  const written = fieldsOf(JSON.parse(document.text));
  const limits = memorySizeMax && { memorySizeMax, ...fieldsOf(written.limits) };
  return JSON.stringify({
    ...written,
    ...(limits && { limits }),
    ...(rules !== undefined && { rules: rules.name }),
    ...(samples.length > 0 && { samples: samples.map(({ name }) => name) }),
  });
}

export function readManifestFile(path: string): TextDocument | Diagnostic {
  try {
    return createTextDocument(path, decodeText(readFileSync(path)));
  } catch (error) {
    const message = `cannot read the manifest ${path}: ${systemErrorText(error)}`;
    const hint = 'every plugin has one: schemas/plugin-manifest.schema.json';
    return createDiagnostic('PLUGIN_FILE_UNREADABLE', { message, hint });
  }
}

async function toComponent(
  path: string,
  bytes: Uint8Array,
  world: string,
): Promise<Uint8Array | Diagnostic> {
  if (isComponent(bytes)) return bytes;
  if (!isCoreModule(bytes)) {
    const message = `${path} is no WebAssembly`;
    const hint = 'expected a core module or a component, in binary form (`wat2wasm` for text)';
    return createDiagnostic('PLUGIN_CANNOT_PACK', { message, hint });
  }
  const made = await componentize(bytes, witText(), world);
  if (made instanceof Uint8Array) return made;
  const { reason, hint } = made;
  const message = `no component of the world \`${world}\` can be made of ${path}: ${reason}`;
  return createDiagnostic('PLUGIN_CANNOT_PACK', { message, hint });
}
