/* What the status page asks for, and gets: the types of the answers of `/api`, for both sides. */

import type { OutputReport } from '../outputs/delivery/output-set.ts';
import type { EngineStatus, RuleStatus, StreamStatus } from '../run/engine/engine-status.ts';

/** One alert as the page shows it. */
export interface ShownAlert {
  /** From 1 on, in the order in which alerts went to the outputs. */
  readonly number: number;
  readonly rule: string;
  readonly priority: string;
  readonly source: string;
  /** Time of the event, milliseconds since 1970. */
  readonly time: number;
  /** The line that outputs get, cut to 8 KiB. */
  readonly line: string;
  /** `{"message": …, "fields": {…}}` as text, whatever the format of the line is; absent: not known. */
  readonly body?: string;
  /** An alert of an earlier run. */
  readonly isEarlier?: true;
}

/** One part of `/api/alerts`. */
export interface AlertPart {
  /** Alerts that came too fast to be sent. */
  readonly missed: number;
  /** Alerts of this run. */
  readonly total: number;
  readonly alerts: readonly ShownAlert[];
}

/** `/api/status`. */
export interface PageStatus {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly startedMs: number;
  /** Alerts of this run. */
  readonly alerts: number;
  readonly streams: readonly PageStream[];
  readonly rules: readonly PageRule[];
  readonly plugins: EngineStatus['plugins'];
  readonly outputs: readonly OutputReport[];
}

export type PageStream = Omit<StreamStatus, 'latestTime'> & {
  /** Time of the latest event, milliseconds since 1970. */
  readonly latestTimeMs: number | undefined;
};

export type PageRule = Omit<RuleStatus, 'description' | 'tags'>;

/** `/api/rules`: what a rule is, which does not change while it is in use. */
export type RuleText = Pick<RuleStatus, 'name' | 'description' | 'source' | 'priority' | 'tags'>;
