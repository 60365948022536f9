/* What the program prints over the sample logs, as a picture of a terminal. */

const COLUMNS = 118;
const LINE_HEIGHT = 19;
const CHARACTER_WIDTH = 8.4;
const MARGIN = 16;
const COMMAND = 'tiercel run cloudtrail rules/samples/AWSLogs';
/** Colours of a dark terminal. */
const COLORS = { back: '#14171a', front: '#e6e8ea', quiet: '#a3adb8', high: '#ff8a80' };
const WARNING_COLOR = '#ffc46b';
const PRIORITY = /^\S+: (Emergency|Alert|Critical|Error|Warning|Notice|Informational|Debug)\b/;

/** The alerts, and how many events they come from; without times and rates, which differ from run to run. */
export function terminalLines(stdout: string, stderr: string): string[] {
  const events = /^([\d,]+ events)/m.exec(stderr)?.[1] ?? '';
  const alerts = /^[\d,]+ alerts$/m.exec(stderr)?.[0] ?? '';
  return [...stdout.trimEnd().split('\n'), '', `${events}, ${alerts}`];
}

export function terminalPicture(lines: readonly string[]): string {
  const shown = [`$ ${COMMAND}`, ...lines].map(cut);
  const width = Math.round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = shown.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = shown.map((line, index) => {
    const y = MARGIN + (index + 1) * LINE_HEIGHT - 5;
    return `  <text x="${MARGIN}" y="${y}" fill="${colorOf(line)}" xml:space="preserve">${escapeText(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '  <title>Alerts over the sample logs, in a terminal</title>',
    `  <rect width="${width}" height="${height}" rx="6" fill="${COLORS.back}"/>`,
    '  <g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">',
    ...texts,
    '  </g>',
    '</svg>',
    '',
  ].join('\n');
}

function cut(line: string): string {
  return line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line;
}

function colorOf(line: string): string {
  if (line.startsWith('$')) return COLORS.front;
  const priority = PRIORITY.exec(line)?.[1];
  if (priority === undefined || ['Notice', 'Informational', 'Debug'].includes(priority))
    return COLORS.quiet;
  return priority === 'Warning' ? WARNING_COLOR : COLORS.high;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
