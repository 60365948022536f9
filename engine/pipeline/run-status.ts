/* What a run looks like now, from all its parts. */

import type { EvaluationSetup } from '../evaluate/evaluation-protocol.ts';
import type { StreamFailure, StreamFeed } from '../stream/stream-feed.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import type { EngineParts } from './engine-parts.ts';
import type { EngineStatus, PluginStatus, RuleStatus, StreamStatus } from './engine-status.ts';
import type { LocationProbe } from './location-probe.ts';
import type { Tally } from './tally.ts';

export interface RunningParts {
  readonly parts: EngineParts;
  /** In use now. */
  readonly evaluation: EvaluationSetup;
  readonly feeds: readonly StreamFeed[];
  /** By stream. */
  readonly failures: readonly (StreamFailure | undefined)[];
  readonly tally: Tally;
  readonly quarantined: ReadonlySet<string>;
  readonly elapsedMs: number;
  readonly stalledMs: number;
  /** By stream. */
  readonly probes: readonly LocationProbe[];
}

export function statusOf(running: RunningParts): EngineStatus {
  const { parts, tally, elapsedMs, stalledMs } = running;
  const { conditionsMs, alertsMs } = tally;
  return {
    elapsedMs,
    streams: running.feeds.map((feed, stream) => streamStatus(running, feed, stream)),
    rules: ruleStatuses(running),
    plugins: pluginStatuses(running),
    workerCount: parts.workerCount,
    stalledMs,
    conditionsMs,
    alertsMs,
  };
}

function streamStatus(
  { parts, evaluation, failures, tally, probes }: RunningParts,
  { state, phase, batchesUnderWay }: StreamFeed,
  stream: number,
): StreamStatus {
  const { name = '', input, state: start } = parts.streams[stream] ?? {};
  const context = evaluation.streams[stream]?.context;
  return {
    name,
    plugin: context?.pluginName ?? '',
    source: context?.source ?? '',
    phase,
    failure: failures[stream],
    problem: phase === 'over' ? undefined : probes[stream]?.problem,
    isLive: input?.kind === 'source' && input.isLive,
    events: state.events - (start?.events ?? 0),
    bytes: state.bytes - (start?.bytes ?? 0),
    latestTime: state.latestTime,
    batchesUnderWay,
    ...tally.of(stream),
  };
}

/** Streams of one source have the same rules. */
function ruleStatuses({ evaluation, tally }: RunningParts): RuleStatus[] {
  const rules = new Map(
    evaluation.streams.flatMap((stream) => stream.rules.map((rule) => [rule.name, rule] as const)),
  );
  return [...rules.values()].map(({ name, source, priority, tags }) => ({
    name,
    source,
    priority,
    tags,
    ...tally.ofRule(name),
  }));
}

function pluginStatuses({ parts, evaluation, tally, quarantined }: RunningParts): PluginStatus[] {
  const roles: PluginRole[] = [
    ...parts.streams.flatMap(({ input }) => (input.kind === 'source' ? [input.setup.source] : [])),
    ...evaluation.streams.flatMap(({ extractors }) => extractors),
  ];
  const versions = new Map(
    roles.map(({ plugin: { manifest } }) => [manifest.name, manifest.version] as const),
  );
  return [...versions].map(([name, version]) => ({
    name,
    version,
    isQuarantined: quarantined.has(name),
    faults: tally.faultsOf(name),
    extractionMs: tally.extractionMsOf(name),
  }));
}
