/* The rules and samples that a manifest names, from the author's folder. */

import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { systemErrorText } from '../../base/system-error.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { readJsonDocument } from '../../diagnostic/schema/json-document.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { Attachment, Attachments } from '../../plugin/file/attachments.ts';
import type { Manifest } from '../../plugin/file/manifest.ts';

/** Paths are relative to the manifest, which is `document`. */
export function collectAttachments(
  manifest: Manifest,
  document: TextDocument,
): Checked<Attachments> {
  const diagnostics: Diagnostic[] = [];
  const read = (path: string, at: (string | number)[]): Attachment[] => {
    try {
      const bytes = readFileSync(join(dirname(document.name), path));
      return [{ name: posix.basename(path), bytes }];
    } catch (error) {
      const span = readJsonDocument(document).spanOf(at);
      const primary = { document, span, text: 'here' };
      const message = `cannot read ${path}: ${systemErrorText(error)}`;
      const hint = 'paths are relative to the manifest';
      diagnostics.push(createDiagnostic('PLUGIN_CANNOT_PACK', { message, hint, primary }));
      return [];
    }
  };
  const [rules] = manifest.rules === undefined ? [] : read(manifest.rules, ['rules']);
  const samples = manifest.samples.flatMap((path, index) => read(path, ['samples', index]));
  return { value: diagnostics.length > 0 ? undefined : { rules, samples }, diagnostics };
}
