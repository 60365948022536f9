import type { Alert } from '../alert/alert.ts';

/** How several lines make one body: none do, each has a line, or they are the elements of a JSON array. */
export type LineEnvelope = 'single' | 'lines' | 'array';

export function wrapLines(envelope: LineEnvelope, alerts: readonly Alert[]): string {
  const lines = alerts.map(({ line }) => line);
  return envelope === 'array' ? `[${lines.join(',')}]` : `${lines.join('\n')}\n`;
}
