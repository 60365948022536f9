/* What a run did and what it lost, for people: the summary, or one line where only losses are wanted. */

import { WALL_TEXTS } from '../../base/confinement.ts';
import { LIMITS } from '../../base/limits.ts';
import { printable } from '../../base/printable.ts';
import { PRIORITIES } from '../../base/priority.ts';
import { countOf, formatBytes, formatCount, formatRate } from '../../base/quantity.ts';
import type { OutputReport } from '../../outputs/delivery/output-set.ts';
import type { DeadLetterFile } from '../../run/dead-letter/dead-letter-file.ts';
import type { RunSummary } from '../../run/engine/run-summary.ts';

export const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

export interface RunReport {
  readonly summary: RunSummary;
  readonly outputs: readonly OutputReport[];
  /** Alerts that no output takes, because of its filter. */
  readonly unclaimed: number;
  /** Came before the end of the input. */
  readonly signal: StopSignal | undefined;
  /** Where events went that some rules were not evaluated for. */
  readonly setAside:
    | Pick<DeadLetterFile, 'path' | 'written' | 'unwritten' | 'messagesWritten'>
    | undefined;
}

const LOG_LINES_MAX = LIMITS.logLinesMax.value;
const RULES_SHOWN = 50;
/** Most rules named in the line about rules that were not evaluated. */
const RULES_NAMED = 5;

/** The same for programs. */
export function summaryFields({ summary, outputs, unclaimed, signal }: RunReport): object {
  const { alertsByRule, alertsByPriority, rulesNotEvaluated, logLinesUnlisted, ...rest } = summary;
  return {
    ...rest,
    alertsByRule: Object.fromEntries(alertsByRule),
    alertsByPriority: Object.fromEntries(alertsByPriority),
    rulesNotEvaluated: Object.fromEntries(rulesNotEvaluated),
    logLinesUnlisted: Object.fromEntries(logLinesUnlisted),
    outputs,
    alertsUnclaimed: unclaimed,
    signal,
  };
}

/** Every count of something lost is in it. */
export function renderSummary(report: RunReport): string {
  const { summary } = report;
  const seconds = Math.max(summary.elapsedMs / 1000, 0.001);
  const lines = [
    `${countOf(summary.events, 'event')}, ${formatBytes(summary.bytes)} in ${seconds.toFixed(1)} s` +
      ` (${formatRate(summary.events / seconds)} events/s, ${formatBytes(summary.bytes / seconds)}/s)`,
    ...books(summary),
    ...wallsLine(summary),
    countOf(summary.alertsTotal, 'alert'),
  ];
  for (const priority of PRIORITIES) {
    const count = summary.alertsByPriority.get(priority);
    if (count !== undefined) lines.push(`  ${priority}: ${formatCount(count)}`);
  }
  if (summary.streams.length > 1) lines.push('by stream:', ...summary.streams.map(streamLine));
  const byRule = [...summary.alertsByRule].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (byRule.length > 0) lines.push('by rule:');
  for (const [rule, count] of byRule.slice(0, RULES_SHOWN))
    lines.push(`  ${formatCount(count)}  ${printable(rule)}`);
  if (byRule.length > RULES_SHOWN) {
    lines.push(`  … and ${countOf(byRule.length - RULES_SHOWN, 'more rule')}`);
  }
  lines.push(...summary.streams.flatMap(servicesLine), ...losses(report), ...remarks(report));
  return lines.join('\n');
}

/** What processes of plugins could not do; nothing where there were none. */
function wallsLine({ walls }: RunSummary): string[] {
  if (walls === undefined) return [];
  const texts = walls.map((wall) => WALL_TEXTS[wall]);
  return [`plugins in processes: ${texts.join(', ') || "held by Node's permissions alone"}`];
}

type StreamSummary = RunSummary['streams'][number];

function streamLine({ name, events, alertsTotal, ...lost }: StreamSummary): string {
  const parts = [countOf(events, 'event'), countOf(alertsTotal, 'alert')];
  if (lost.lostProblems > 0) parts.push(`${countOf(lost.lostProblems, 'part')} not read`);
  if (lost.eventsInPart > 0) parts.push(`${formatCount(lost.eventsInPart)} evaluated in part`);
  if (lost.sourceFaults > 0) parts.push(countOf(lost.sourceFaults, 'fault'));
  if (lost.stopped === 'fault') parts.push('given up');
  return printable(`  ${name}: ${parts.join(', ')}`);
}

/** What a stream had of services; nothing where it had nothing of any. */
function servicesLine({ name, services }: StreamSummary): string[] {
  if (services === undefined) return [];
  const { objects, repeats, messages, deleted, returned, accepted, refused } = services;
  const parts = [
    [objects, `${countOf(objects, 'object')} fetched`],
    [messages, `${countOf(messages, 'message')} received, ${formatCount(deleted)} deleted`],
    [returned, `${formatCount(returned)} returned`],
    [accepted + refused, `${countOf(accepted, 'request')} taken`],
    [refused, `${formatCount(refused)} refused`],
    [repeats, `${countOf(repeats, 'request')} repeated`],
  ] as const;
  const said = parts.flatMap(([count, text]) => (count > 0 ? [text] : []));
  return said.length === 0 ? [] : [printable(`${name}: ${said.join(', ')}`)];
}

/** Where not every rule was evaluated for every event: what was read is what was evaluated in full and in part. */
function books({ events, eventsInFull, eventsInPart, ...rest }: RunSummary): string[] {
  if (eventsInFull === events) return [];
  const { eventsUndelivered } = rest;
  const left = eventsUndelivered > 0 ? `, ${formatCount(eventsUndelivered)} not` : '';
  return [
    `  ${formatCount(eventsInFull)} evaluated in full, ${formatCount(eventsInPart)} in part${left}`,
  ];
}

/** One line, for runs that print nothing else. */
export function renderLosses(report: RunReport): string {
  return `tiercel: ${losses(report).join('; ')}`;
}

export function hasLosses(report: RunReport): boolean {
  return losses(report).length > 0;
}

/** One text for each kind of loss. */
function losses(report: RunReport): string[] {
  const { summary } = report;
  const lines: string[] = [];
  if (summary.stopped === 'interrupted' && report.signal !== undefined) {
    lines.push(`stopped by ${report.signal} before the end of the input${unreadText(summary)}`);
  }
  if (summary.eventsUndelivered > 0) {
    const events = countOf(summary.eventsUndelivered, 'event');
    lines.push(`${events} read whose alerts could not be delivered in time`);
  }
  if (summary.lostProblems > 0) {
    lines.push(`${countOf(summary.lostProblems, 'part')} of the input could not be read`);
  }
  for (const { name, services } of summary.streams) {
    const dropped = services?.droppedBytes ?? 0;
    if (dropped > 0)
      lines.push(`${printable(name)}: ${formatBytes(dropped)} were sent and could not be read`);
  }
  if (summary.eventsInPart > 0) {
    const were = summary.eventsInPart === 1 ? 'was' : 'were';
    const rules = [...summary.rulesNotEvaluated.keys()];
    const named =
      rules.slice(0, RULES_NAMED).join(', ') + (rules.length > RULES_NAMED ? ', …' : '');
    const of = `${countOf(rules.length, 'rule')} not evaluated for them: ${named}`;
    lines.push(`${countOf(summary.eventsInPart, 'event')} ${were} evaluated in part, ${of}`);
  }
  const { written = 0, unwritten = 0, messagesWritten = 0, path = '' } = report.setAside ?? {};
  if (written > 0) lines.push(`${countOf(written, 'event')} set aside in ${path}`);
  if (unwritten > 0) lines.push(`${countOf(unwritten, 'event')} could not be set aside in ${path}`);
  if (messagesWritten > 0)
    lines.push(`${countOf(messagesWritten, 'message')} set aside in ${path}`);
  for (const { plugin, kind, count, message } of summary.pluginFaults) {
    lines.push(`plugin \`${plugin}\`: ${formatCount(count)} × ${kind}: ${message}`);
  }
  for (const plugin of summary.quarantined) {
    lines.push(`plugin \`${plugin}\` had too many faults and was switched off`);
  }
  for (const { stream, plugin, atStart } of summary.failures) {
    const which = stream === plugin ? '' : `, stream \`${stream}\`,`;
    if (!atStart) lines.push(`plugin \`${plugin}\`${which} was given up`);
  }
  lines.push(...report.outputs.flatMap(outputLosses));
  return lines.map(printable);
}

function outputLosses({ name, end, counts, lastFault }: OutputReport): string[] {
  if (end?.isClosedByReader) return [];
  const { undelivered, deadLetters } = counts;
  const lines: string[] = [];
  const reason = lastFault === undefined ? '' : `: ${lastFault}`;
  if (end !== undefined || undelivered > 0)
    lines.push(`${countOf(undelivered, 'alert')} could not be written to ${name}${reason}`);
  if (deadLetters > 0)
    lines.push(`${countOf(deadLetters, 'alert')} for ${name} went to its dead letters${reason}`);
  return lines;
}

function outputRemarks({ name, end, counts }: OutputReport): string[] {
  if (end?.isClosedByReader) return [`${name} was closed by its reader`];
  const { faults, spooled } = counts;
  const lines: string[] = [];
  if (faults > 0 && end === undefined)
    lines.push(
      `${name}: ${countOf(faults, 'delivery', 'deliveries')} failed and ${faults === 1 ? 'was' : 'were'} retried`,
    );
  if (spooled > 0)
    lines.push(`${countOf(spooled, 'alert')} for ${name} wait on disk for the next run`);
  return lines;
}

/** Notes: nothing was lost. */
function remarks({ summary, outputs, unclaimed }: RunReport): string[] {
  const lines: string[] = [];
  if (unclaimed > 0)
    lines.push(`${countOf(unclaimed, 'alert')} went to no output: no filter of an output fits`);
  if (summary.warnings > 0) lines.push(`${countOf(summary.warnings, 'warning')} about the input`);
  if (summary.eventsWithoutTime > 0) {
    lines.push(`${countOf(summary.eventsWithoutTime, 'event')} had no usable time`);
  }
  for (const [plugin, count] of summary.logLinesUnlisted) {
    const more = countOf(count, 'more message');
    lines.push(`${more} of plugin \`${plugin}\`, beyond the first ${formatCount(LOG_LINES_MAX)}`);
  }
  lines.push(...outputs.flatMap(outputRemarks));
  return lines.map(printable);
}

function unreadText({ storedBytesRead, storedBytesTotal }: RunSummary): string {
  if (storedBytesTotal === undefined) return '';
  return `: ${formatBytes(storedBytesRead)} of ${formatBytes(storedBytesTotal)} were read`;
}
