import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { createTextDocument, type TextDocument } from '../diagnostic/text-document.ts';

/** A rules file of so many bytes is a mistake or an attack. */
const FILE_SIZE_MAX = 64 << 20;

/** Rules files in order; a folder stands for its .yaml and .yml files by name. */
export function readRulesFiles(paths: readonly string[]): {
  readonly documents: readonly TextDocument[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const documents: TextDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths.flatMap(expandFolder)) {
    try {
      const { size } = statSync(path);
      if (size > FILE_SIZE_MAX) throw new Error(`${size} bytes, the limit is ${FILE_SIZE_MAX}`);
      documents.push(createTextDocument(path, readFileSync(path, 'utf8')));
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      const message = `cannot read the rules file ${path}: ${reason}`;
      diagnostics.push(createDiagnostic('RULE_FILE_UNREADABLE', { message }));
    }
  }
  return { documents, diagnostics };
}

function expandFolder(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(path, name));
  } catch {
    // Reported when the file is read.
    return [path];
  }
}
