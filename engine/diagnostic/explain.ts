/* What a diagnostic code means, for `tiercel explain` and for the page of all codes, schemas/DIAGNOSTICS.md. */

import { DIAGNOSTIC_CODES, type DiagnosticCode } from './code/code.ts';
import type { CodeRecord } from './code/code-record.ts';

export interface ExplainedCode extends CodeRecord {
  readonly code: DiagnosticCode;
}

/** In the order of their names. */
export function allCodes(): ExplainedCode[] {
  return Object.entries(DIAGNOSTIC_CODES)
    .map(([code, record]) => ({ ...record, code: code as DiagnosticCode }))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** By its name, in any case, or all that Falco has under the name: one code of Falco's may be several of ours. */
export function findCodes(name: string): ExplainedCode[] {
  const wanted = name.toUpperCase();
  return allCodes().filter(({ code, falcoCode }) => code === wanted || falcoCode === wanted);
}

/** For a terminal. */
export function explainText({
  code,
  severity,
  title,
  explanation,
  hint,
  falcoCode,
}: ExplainedCode) {
  return [
    `${code} (${severity}): ${title}`,
    '',
    explanation,
    ...(hint === undefined ? [] : ['', `hint: ${hint}`]),
    ...(falcoCode === undefined ? [] : ['', `Falco's code: ${falcoCode}`]),
  ].join('\n');
}

/** The page of all codes, in Markdown. */
export function diagnosticsPage(): string {
  const sections = allCodes().map(({ code, severity, title, explanation, hint, falcoCode }) =>
    [
      `## ${code}`,
      `${capitalized(severity)}: ${title}.`,
      explanation,
      ...(hint === undefined ? [] : [`Hint: ${hint}.`]),
      ...(falcoCode === undefined ? [] : [`Falco's code: \`${falcoCode}\``]),
    ].join('\n\n'),
  );
  const intro = [
    '# Diagnostics',
    'Every code that Tiercel prints, with what it means. `tiercel explain CODE` prints the same.',
    'A code is never reused.',
    'Errors end the command with exit code 1. Warnings do so with `--strict`. Notices never do.',
  ];
  return `${[...intro, ...sections].join('\n\n')}\n`;
}

function capitalized(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
