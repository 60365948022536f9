/*
 * What crosses between the main thread and a lane, and nothing else: one setup when the lane's
 * worker starts, reports from it, and a few shared numbers for deadlines, progress and stopping.
 * A report carries alerts and the position behind them together, so that a lane that is ended at
 * any moment can be resumed without losing or repeating an alert.
 */

import type { Alert, AlertFormat } from '../alert/alert.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import type { PartialEvaluation } from '../evaluate/evaluation.ts';
import type { PreparedPlugin } from '../plugin/prepared-plugin.ts';
import type { FaultBudget } from '../supervise/fault-budget.ts';

/** Everything a lane needs; sent by structured clone as the worker's data. */
export interface LaneSetup {
  readonly source: PluginRole;
  readonly openParams: string;
  readonly extractors: readonly PluginRole[];
  /** Store roots granted to the source: name → absolute path. */
  readonly storeRoots: Readonly<Record<string, string>>;
  readonly rules: readonly CheckedRule[];
  readonly ruleMatching: 'first' | 'all';
  readonly staticFields: Readonly<Record<string, string>>;
  readonly alertFormat: AlertFormat;
  readonly limits: LaneLimits;
  readonly faultBudget: FaultBudget;
  readonly resume: LaneResume | undefined;
  readonly control: SharedArrayBuffer;
}

export interface PluginRole {
  readonly plugin: PreparedPlugin;
  readonly initConfig: string;
  /** Whether the operator granted the clock. */
  readonly clockGranted: boolean;
}

export interface LaneLimits {
  readonly batchEventsMax: number;
  readonly batchSizeMax: number;
}

/** How to go on where an ended lane stood. */
export interface LaneResume {
  /** From the source's `checkpoint`; `undefined`: from the start. */
  readonly position: Uint8Array | undefined;
  readonly counters: LaneCounters;
  /** Up to this event number one event at a time, to find the one that an extractor cannot take; 0 = none. */
  readonly carefulUntil: number;
  /** Events that plugins could not take in time: evaluated without them. */
  readonly withoutPlugin: readonly EventWithoutPlugin[];
  /** Plugins that are not called any more. */
  readonly quarantined: readonly string[];
}

export interface EventWithoutPlugin {
  readonly eventNumber: number;
  readonly plugin: string;
}

/** State of a stream that is not in the source's own position. */
export interface LaneCounters {
  readonly events: number;
  readonly bytes: number;
  readonly eventsWithoutTime: number;
  /** Events of which some rules could not be judged, because a plugin gave nothing. */
  readonly eventsInPart: number;
  /** Time of the first event (for `evt.reltime`) and of the latest one; `undefined` before any. */
  readonly firstTime: bigint | undefined;
  readonly latestTime: bigint | undefined;
}

export const INITIAL_COUNTERS: LaneCounters = Object.freeze({
  events: 0,
  bytes: 0,
  eventsWithoutTime: 0,
  eventsInPart: 0,
  firstTime: undefined,
  latestTime: undefined,
});

export interface LaneProblem {
  readonly severity: 'lost' | 'warning';
  readonly subject: string;
  readonly line: number;
  readonly message: string;
}

export interface LaneFault {
  readonly plugin: string;
  readonly kind: string;
  readonly message: string;
  /** Number of the event that the plugin could not take, if one was found. */
  readonly eventNumber: number | undefined;
}

export interface LaneLogLine {
  readonly plugin: string;
  readonly level: 'error' | 'warning' | 'notice' | 'debug';
  readonly message: string;
}

export type LaneMessage =
  | {
      readonly kind: 'report';
      readonly alerts: readonly Alert[];
      readonly problems: readonly LaneProblem[];
      /** Problems beyond those listed, which were only counted. */
      readonly unlistedProblems: { readonly lost: number; readonly warnings: number };
      readonly faults: readonly LaneFault[];
      readonly logLines: readonly LaneLogLine[];
      readonly partial: readonly PartialEvaluation[];
      /** Plugins that are not called any more, since when this report says so. */
      readonly quarantined: readonly string[];
      readonly counters: LaneCounters;
      readonly position: Uint8Array | undefined;
    }
  | { readonly kind: 'ended'; readonly reason: 'end' | 'interrupted' }
  /** The source could not be opened, or a plugin was quarantined. */
  | {
      readonly kind: 'failed';
      readonly plugin: string;
      readonly reason: string;
      readonly atStart: boolean;
    };

/*
 * Shared numbers. The words are read and written with Atomics; the two doubles after them are for
 * progress only, where a torn read does no harm.
 *
 *   word  0  1 = stop after the current batch
 *         1  sequence number of the guarded call that is running, or of the last one
 *         2  1 + position of the plugin in [source, ...extractors] while inside a call, else 0
 *         3  reports on the way to the main thread that it has not worked off
 *         4  1 while one event alone is being evaluated, whose number stands at byte 48
 *         5  1 once the stream is open
 *   byte 32  events so far (float64), byte 40  stored bytes read so far (float64), byte 48  see word 4 (float64)
 */
export const CONTROL_SIZE_BYTES = 64;
export const CONTROL_STOP = 0;
export const CONTROL_CALL_SEQUENCE = 1;
export const CONTROL_CALL_PLUGIN = 2;
export const CONTROL_REPORTS_UNDERWAY = 3;
export const CONTROL_IS_CAREFUL = 4;
export const CONTROL_IS_OPEN = 5;
const PROGRESS_OFFSET_BYTES = 32;
const CAREFUL_EVENT_OFFSET_BYTES = 48;

export interface Control {
  readonly words: Int32Array;
  /** [events, bytes read] */
  readonly progress: Float64Array;
  /** Written before word 4 is set, read after it was seen. */
  readonly carefulEvent: Float64Array;
}

export function viewControl(buffer: SharedArrayBuffer): Control {
  return {
    words: new Int32Array(buffer, 0, PROGRESS_OFFSET_BYTES / Int32Array.BYTES_PER_ELEMENT),
    progress: new Float64Array(buffer, PROGRESS_OFFSET_BYTES, 2),
    carefulEvent: new Float64Array(buffer, CAREFUL_EVENT_OFFSET_BYTES, 1),
  };
}

/** A lane waits when so many reports have not been worked off: back-pressure from the outputs. */
export const REPORTS_UNDERWAY_MAX = 8;
