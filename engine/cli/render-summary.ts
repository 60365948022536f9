import { PRIORITIES } from '../base/priority.ts';
import type { RunSummary } from '../index.ts';
import { formatBytes, formatCount } from './terminal.ts';

const RULES_SHOWN = 50;

/** What a run did, for people; every count of something lost is in it. */
export function renderSummary(summary: RunSummary): string {
  const seconds = Math.max(summary.elapsedMs / 1000, 0.001);
  const lines = [
    `${formatCount(summary.events)} events, ${formatBytes(summary.bytes)} in ${seconds.toFixed(1)} s` +
      ` (${formatCount(summary.events / seconds)} events/s, ${formatBytes(summary.bytes / seconds)}/s)`,
    `${formatCount(summary.alertsTotal)} alerts`,
  ];
  for (const priority of PRIORITIES) {
    const count = summary.alertsByPriority.get(priority);
    if (count !== undefined) lines.push(`  ${priority}: ${formatCount(count)}`);
  }
  const byRule = [...summary.alertsByRule].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (byRule.length > 0) lines.push('by rule:');
  for (const [rule, count] of byRule.slice(0, RULES_SHOWN))
    lines.push(`  ${formatCount(count)}  ${rule}`);
  if (byRule.length > RULES_SHOWN) lines.push(`  … and ${byRule.length - RULES_SHOWN} more rules`);
  const losses: [number, string][] = [
    [summary.lostProblems, 'parts of the input could not be read'],
    [summary.setAsideEvents, 'events were set aside and not evaluated'],
    [summary.warnings, 'warnings about the input'],
    [summary.eventsWithoutTime, 'events had no usable time'],
  ];
  for (const [count, what] of losses) if (count > 0) lines.push(`${formatCount(count)} ${what}`);
  for (const { plugin, kind, count, message } of summary.pluginFaults) {
    lines.push(`plugin \`${plugin}\`: ${count} × ${kind}: ${message}`);
  }
  for (const plugin of summary.quarantined) lines.push(`plugin \`${plugin}\` was given up`);
  if (summary.stopped === 'interrupted') lines.push('interrupted before the end of the input');
  return lines.join('\n');
}
