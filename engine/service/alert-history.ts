/*
 * Alerts of earlier runs, for the page after a restart: the end of the file that alerts are written to, or what waits
 * in the spool of an output. What cannot be read is left out: the page is no place to look for lost alerts.
 */

import { open, readFile } from 'node:fs/promises';
import { PRIORITIES, type Priority } from '../base/priority.ts';
import type { Config } from '../config/config.ts';
import type { OutputConfig } from '../config/output-config.ts';
import type { Alert } from '../detect/alert/alert.ts';
import { findSegments } from '../outputs/delivery/spool/segments.ts';
import { alertOf, readRecord } from '../outputs/delivery/spool/spool-record.ts';
import { placeSpools } from '../outputs/place-spools.ts';

const ALERTS_MAX = 1_000;
/** Bytes at the end of a file. */
const TAIL_SIZE_MAX = 8 << 20;

/** The latest of them, the oldest first. */
export async function readAlertHistory(config: Config): Promise<readonly Alert[]> {
  const readers = [
    ...config.outputs.filter(isJsonFile).map((output) => () => readAlertFile(output)),
    () => readSpools(config),
  ];
  for (const read of readers) {
    const alerts = await read().catch(() => []);
    if (alerts.length > 0) return alerts.slice(-ALERTS_MAX);
  }
  return [];
}

/** Lines of text do not name their rule and their day. */
function isJsonFile({ target, destination }: OutputConfig): boolean {
  return target.type === 'file' && destination.form === 'json';
}

async function readAlertFile({ target }: OutputConfig): Promise<Alert[]> {
  if (target.type !== 'file') return [];
  const lines = await readTail(target.path);
  return lines.slice(-ALERTS_MAX).flatMap((line) => alertOfLine(line) ?? []);
}

async function readTail(path: string): Promise<string[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_SIZE_MAX);
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(size - start),
      position: start,
    });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first line may be the rest of one.
    return (start === 0 ? lines : lines.slice(1)).filter((line) => line !== '');
  } finally {
    await file.close();
  }
}

/** Falco's JSON; `undefined`: something else. */
function alertOfLine(line: string): Alert | undefined {
  let read: Readonly<Record<string, unknown>> | null;
  try {
    read = JSON.parse(line) as typeof read;
  } catch {
    return undefined;
  }
  const { rule, priority, source, time } = read ?? {};
  const isPriority = PRIORITIES.includes(priority as Priority);
  const ms = Date.parse(String(time));
  if (typeof rule !== 'string' || !isPriority || Number.isNaN(ms)) return undefined;
  return {
    ...{ rule, line, priority: priority as Priority, eventNumber: 0 },
    source: typeof source === 'string' ? source : '',
    time: BigInt(ms) * 1_000_000n,
  };
}

async function readSpools(config: Config): Promise<Alert[]> {
  const { spools } = await placeSpools(config);
  for (const { folder } of spools.values()) {
    const segments = await findSegments(folder).catch(() => []);
    const alerts = await readSegments(segments.map(({ path }) => path));
    if (alerts.length > 0) return alerts;
  }
  return [];
}

/** The latest segment first, until there are enough. */
async function readSegments(paths: readonly string[]): Promise<Alert[]> {
  let alerts: Alert[] = [];
  for (const path of paths.toReversed()) {
    const lines = (await readFile(path)).toString('latin1').split('\n');
    const records = lines.flatMap((line) => readRecord(Buffer.from(line, 'latin1')) ?? []);
    alerts = [...records.flatMap((record) => alertOf(record) ?? []), ...alerts];
    if (alerts.length >= ALERTS_MAX) break;
  }
  return alerts;
}
