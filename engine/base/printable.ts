/*
 * What others wrote (events, rule files, plugins, names of files) on its way to a terminal or a log. Characters that
 * move the cursor, change colours or the direction of text, or begin a line that is not ours, become visible: C0 and C1
 * controls, DEL, line and paragraph separators, bidirectional controls and marks (Unicode 16, UAX 9).
 */

const BIDI = '\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
const CONTROLS = new RegExp(`[\\u0000-\\u001f\\u007f-\\u009f${BIDI}]`, 'g');
const CONTROLS_IN_LINES = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f${BIDI}]`, 'g');

/** On one line, control characters as `\u001b`. */
export function printable(text: string): string {
  // Most texts have none, and to look costs half of replacing nothing.
  return text.search(CONTROLS) === -1 ? text : text.replace(CONTROLS, escapeOf);
}

/** The same, but line ends and tabs stay. JSON stays JSON of the same value. */
export function printableLines(text: string): string {
  return text.search(CONTROLS_IN_LINES) === -1 ? text : text.replace(CONTROLS_IN_LINES, escapeOf);
}

/** The same, but one character for each, so that places in the text stay. */
export function printableInPlace(text: string): string {
  return text.replace(CONTROLS_IN_LINES, '\ufffd');
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
