/* Diagnostics as SARIF 2.1.0 (OASIS), which code review shows beside the lines. */

import { hideSecrets } from '../base/secrets.ts';
import { DIAGNOSTIC_CODES, type DiagnosticCode } from './code/code.ts';
import type { Diagnostic, Label, Severity } from './diagnostic.ts';
import { positionAt } from './text-document.ts';

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  notice: 'note',
};

export interface SarifOptions {
  readonly version: string;
  /** The path of a file for readers elsewhere, such as one from the root of a repository. */
  readonly pathOf: (name: string) => string;
}

export function toSarif(
  diagnostics: readonly Diagnostic[],
  { version, pathOf }: SarifOptions,
): unknown {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const place = (label: Label): object => toLocation(label, pathOf);
  const results = diagnostics.map(({ code, severity, message, primary, context, hint }) => {
    const text = hideSecrets(hint === undefined ? message : `${message}\nhint: ${hint}`);
    return {
      ruleId: code,
      ruleIndex: codes.indexOf(code),
      level: LEVELS[severity],
      message: { text },
      locations: primary === undefined ? [] : [place(primary)],
      ...(context.length === 0
        ? {}
        : {
            relatedLocations: context.map((label) => ({
              ...place(label),
              message: { text: hideSecrets(label.text) },
            })),
          }),
    };
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tiercel', version, rules: codes.map(toRule) } },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
}

function toRule(code: DiagnosticCode): object {
  const { severity, title, explanation } = DIAGNOSTIC_CODES[code];
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function toLocation({ document, span }: Label, pathOf: SarifOptions['pathOf']): object {
  const start = positionAt(document, span.start);
  const end = positionAt(document, Math.max(span.end, span.start));
  return {
    physicalLocation: {
      artifactLocation: { uri: toUri(pathOf(document.name)) },
      region: {
        startLine: start.line,
        startColumn: start.character,
        endLine: end.line,
        endColumn: end.character,
      },
    },
  };
}

function toUri(path: string): string {
  return path
    .split(/[\\/]/)
    .map((part) => encodeURIComponent(part))
    .join('/');
}
