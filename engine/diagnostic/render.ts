/* Diagnostics as people read them, with the line and a caret, and as JSON. */

import pc from 'picocolors';
import { printableInPlace, printableLines } from '../base/printable.ts';
import { hideSecrets } from '../base/secrets.ts';
import type { Diagnostic, Label } from './diagnostic.ts';
import { positionAt } from './text-document.ts';

/** Longer lines are shown around the caret only. */
const FRAME_WIDTH_MAX = 100;
const FRAME_WIDTH_MIN = 20;
/** For the line's number and the bar beside it. */
const GUTTER_WIDTH = 10;

/** A message may quote a text that is far too long to be read. */
const MESSAGE_LENGTH_MAX = 4_000;

function shortened(message: string): string {
  const { length } = message;
  if (length <= MESSAGE_LENGTH_MAX) return message;
  return `${message.slice(0, MESSAGE_LENGTH_MAX)}… (${length - MESSAGE_LENGTH_MAX} more characters)`;
}

function frameWidth(columns: number | undefined): number {
  if (columns === undefined) return FRAME_WIDTH_MAX;
  return Math.max(FRAME_WIDTH_MIN, Math.min(FRAME_WIDTH_MAX, columns - GUTTER_WIDTH));
}

export function renderText(
  diagnostics: readonly Diagnostic[],
  options: { readonly color: boolean; readonly columns?: number | undefined },
): string {
  const colors = pc.createColors(options.color);
  const width = frameWidth(options.columns);
  const paint = { error: colors.red, warning: colors.yellow, notice: colors.cyan };
  const text = diagnostics
    .map((diagnostic) => {
      const { severity, code, message, primary, context, hint, falcoCode } = diagnostic;
      const lines: string[] = [];
      const place = primary === undefined ? '' : `${placeOf(primary)}: `;
      const codes = falcoCode === undefined ? code : `${code}, ${falcoCode}`;
      const title = paint[severity](colors.bold(severity));
      lines.push(
        `${place}${title}: ${printableLines(shortened(message))} ${colors.dim(`[${codes}]`)}`,
      );
      if (primary !== undefined) lines.push(...frame(primary, { colors, width }));
      for (const label of context) {
        lines.push(`  ${colors.dim('from')} ${placeOf(label)}: ${printableLines(label.text)}`);
        lines.push(...frame(label, { colors, width }));
      }
      if (hint !== undefined) lines.push(`  ${colors.green('hint')}: ${printableLines(hint)}`);
      return lines.join('\n');
    })
    .join('\n');
  return hideSecrets(text);
}

/** One object each; positions from 1. */
export function toJson(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map((diagnostic) => {
    const { code, severity, message, primary, context, hint, falcoCode, falcoMessage } = diagnostic;
    return {
      code,
      severity,
      message: shortened(hideSecrets(message)),
      ...(falcoCode === undefined ? {} : { falcoCode }),
      ...(falcoMessage === undefined ? {} : { falcoMessage: shortened(hideSecrets(falcoMessage)) }),
      ...(primary === undefined ? {} : { position: jsonPlace(primary) }),
      ...(context.length === 0
        ? {}
        : { context: context.map((label) => ({ ...jsonPlace(label), text: label.text })) }),
      ...(hint === undefined ? {} : { hint }),
    };
  });
}

function jsonPlace({ document, span }: Label): { file: string; line: number; character: number } {
  return { file: document.name, ...positionAt(document, span.start) };
}

function placeOf({ document, span }: Label): string {
  const { line, character } = positionAt(document, span.start);
  return `${document.name}:${line}:${character}`;
}

interface FrameOptions {
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly width: number;
}

function frame(label: Label, { colors, width: frameSize }: FrameOptions): string[] {
  const { document, span } = label;
  const { line, character } = positionAt(document, span.start);
  const start = document.lineStarts[line - 1] ?? 0;
  const end = document.text.indexOf('\n', start);
  const text = document.text.slice(start, end === -1 ? undefined : end);
  if (text.trim() === '') return [];
  const from = Math.max(0, character - 1 - (frameSize >> 1));
  const shown = printableInPlace(text.slice(from, from + frameSize)).replaceAll('\t', ' ');
  const number = String(line);
  const gutter = ' '.repeat(number.length);
  const width = Math.max(
    1,
    Math.min(
      span.end - span.start,
      text.length - (character - 1),
      from + frameSize - (character - 1),
    ),
  );
  return [
    `  ${colors.dim(`${number} |`)} ${shown}`,
    `  ${colors.dim(`${gutter} |`)} ${' '.repeat(character - 1 - from)}${colors.red('^'.repeat(width))}`,
  ];
}

/** What could drive a terminal is shown as U+FFFD. */
