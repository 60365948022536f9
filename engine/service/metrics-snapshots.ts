import { SYSTEM_CLOCK } from '../base/clock.ts';
import { guarded } from '../base/guard.ts';
import { hideSecrets } from '../base/secrets.ts';
import { systemErrorText } from '../base/system-error.ts';
import type { Config } from '../config/config.ts';
import type { Alert } from '../detect/alert/alert.ts';
import { LineFile } from '../outputs/transport/line-file.ts';
import type { ServiceStatus } from './health.ts';
import { eventsOf, snapshotAlert, snapshotFields } from './snapshot.ts';

/** Counts of a run, no events: the operator and the group read them. */
const FILE_MODE = 0o640;

export interface SnapshotOptions {
  readonly config: Config;
  readonly status: () => ServiceStatus;
  readonly deliver: (alerts: readonly Alert[]) => unknown;
  /** They cannot be written. */
  readonly say: (text: string) => void;
}

/** Takes a snapshot every so often, until the answer is called; it resolves when those that were taken are written. */
export function takeSnapshots({
  config,
  status,
  deliver,
  say,
}: SnapshotOptions): () => Promise<void> {
  const { metrics, alertFormat, alertChannels } = config;
  if (metrics === undefined) return async () => {};
  const file =
    metrics.file === undefined
      ? undefined
      : new LineFile(metrics.file, { mode: FILE_MODE, keepsOpen: false });
  const startedMs = SYSTEM_CLOCK.nowMs();
  let [beforeMs, eventsBefore, sample] = [startedMs, 0, 0];
  let writing: Promise<void> = Promise.resolve();
  const take = (): unknown => {
    const now = status();
    const nowMs = SYSTEM_CLOCK.nowMs();
    const { hostname } = alertFormat;
    const snapshot = { nowMs, startedMs, sinceMs: nowMs - beforeMs, eventsBefore, hostname };
    const fields = snapshotFields(now, snapshot);
    beforeMs = nowMs;
    eventsBefore = eventsOf(now);
    sample += 1;
    const line = hideSecrets(`${JSON.stringify({ sample, output_fields: fields })}\n`);
    // One after the other, however long the disk takes.
    writing = writing
      .then(() => file?.append(line))
      .catch((error: Error) => say(`${metrics.file}: ${systemErrorText(error)}`));
    if (!metrics.isAlert) return undefined;
    const shape = alertFormat.shape ?? {
      kind: alertFormat.jsonOutput ? ('json' as const) : ('text' as const),
      hasRawEvent: false,
    };
    return deliver([snapshotAlert(fields, snapshot, { shape, channels: alertChannels })]);
  };
  const takeOne = guarded('metrics-timer', take, ({ message }) =>
    say(`metrics were not taken: ${message}`),
  );
  const timer = setInterval(takeOne, metrics.intervalMs);
  return async () => {
    clearInterval(timer);
    await writing;
  };
}
