import type { Alert } from '../../detect/alert/alert.ts';

/**
 * How several lines make one body: none do, each has a line, they are the elements of a JSON array, or requests of OTLP
 * that become one.
 */
export type LineEnvelope = 'single' | 'lines' | 'array' | 'otlp';

const OTLP_START = '{"resourceLogs":[';
const OTLP_END = ']}';

export function wrapLines(envelope: LineEnvelope, alerts: readonly Alert[]): string {
  const lines = alerts.map(({ line }) => line);
  if (envelope === 'array') return `[${lines.join(',')}]`;
  if (envelope !== 'otlp') return `${lines.join('\n')}\n`;
  const inner = lines.map((line) => line.slice(OTLP_START.length, -OTLP_END.length));
  return `${OTLP_START}${inner.join(',')}${OTLP_END}`;
}
