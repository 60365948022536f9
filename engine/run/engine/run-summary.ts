import type { Wall } from '../../base/confinement.ts';
import type { Priority } from '../../base/priority.ts';
import type { ServiceCounts } from '../../store/service-counts.ts';
import type { StreamFailure } from '../stream/stream-feed.ts';

/** Shown while a run goes on. */
export interface Progress {
  readonly events: number;
  /** Stored (still compressed) bytes. */
  readonly bytesRead: number;
  /** `undefined` while unknown, and for streams without an end. */
  readonly bytesTotal: number | undefined;
  readonly alerts: number;
  readonly elapsedMs: number;
}

export interface PluginFaultCount {
  readonly plugin: string;
  readonly kind: string;
  readonly count: number;
  /** Message of the first of them. */
  readonly message: string;
}

/** What became of one stream. */
export interface StreamSummary {
  readonly name: string;
  readonly events: number;
  /** Bytes of the events' own text. */
  readonly bytes: number;
  readonly alertsTotal: number;
  readonly eventsInPart: number;
  /** Reports of its source that something could not be read. */
  readonly lostProblems: number;
  /** Faults of its source; faults of extractors are counted by plugin. */
  readonly sourceFaults: number;
  /** What it asked services for, and what was sent to it; `undefined`: not known. */
  readonly services: ServiceCounts | undefined;
  readonly stopped: 'end' | 'interrupted' | 'fault';
}

/** What a run did. Everything that was not evaluated is in here with its count. */
export interface RunSummary {
  /** In the order of the configuration; all other counts are of all of them. */
  readonly streams: readonly StreamSummary[];
  readonly events: number;
  /** Bytes of the events' own text. */
  readonly bytes: number;
  /** Stored (still compressed) bytes that were read, and that there were to read, if that is known. */
  readonly storedBytesRead: number;
  readonly storedBytesTotal: number | undefined;
  readonly elapsedMs: number;
  /** What held around processes of plugins, beside Node's permissions; `undefined`: there were none. */
  readonly walls: readonly Wall[] | undefined;
  readonly alertsTotal: number;
  readonly alertsByRule: ReadonlyMap<string, number>;
  readonly alertsByPriority: ReadonlyMap<Priority, number>;
  /** Reports of sources that something could not be read. */
  readonly lostProblems: number;
  readonly warnings: number;
  /** By plugin: messages beyond those that a run prints. */
  readonly logLinesUnlisted: ReadonlyMap<string, number>;
  readonly eventsWithoutTime: number;
  /** Events that every rule was evaluated for. With those in part and those undelivered they are all that were read. */
  readonly eventsInFull: number;
  /** Events of which some rules could not be judged, because a plugin could not take them. */
  readonly eventsInPart: number;
  /** Events that were read and not settled when the run had to stop: their alerts may be missing. */
  readonly eventsUndelivered: number;
  /** By rule, for how many events it was not evaluated. */
  readonly rulesNotEvaluated: ReadonlyMap<string, number>;
  readonly pluginFaults: readonly PluginFaultCount[];
  /** Streams that could not be opened, or not be read to their end. */
  readonly failures: readonly StreamFailure[];
  /** Plugins that had too many faults and were not called any more. */
  readonly quarantined: readonly string[];
  readonly stopped: 'end' | 'interrupted' | 'fault';
}
