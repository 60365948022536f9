/* What a run looks like now, from all its parts. */

import type { EvaluationSetup } from '../evaluate/evaluation-protocol.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import type { EngineStatus, PluginStatus, RuleStatus, StreamStatus } from './engine-status.ts';
import type { StreamRun } from './stream-run.ts';
import type { Tally } from './tally.ts';

export interface RunningParts {
  readonly workerCount: number;
  /** In use now. */
  readonly evaluation: EvaluationSetup;
  readonly streams: readonly StreamRun[];
  readonly tally: Tally;
  readonly quarantined: ReadonlySet<string>;
  readonly elapsedMs: number;
  readonly stalledMs: number;
}

export function statusOf(running: RunningParts): EngineStatus {
  const { workerCount, streams, tally, elapsedMs, stalledMs } = running;
  const { conditionsMs, alertsMs } = tally;
  return {
    elapsedMs,
    streams: streams.map(streamStatus),
    rules: ruleStatuses(running),
    plugins: pluginStatuses(running),
    workerCount,
    stalledMs,
    conditionsMs,
    alertsMs,
  };
}

function streamStatus(stream: StreamRun): StreamStatus {
  const { name, context, parts, feed, failure, problem, reporter } = stream;
  const { state, phase, batchesUnderWay } = feed;
  const { input, state: start } = parts;
  return {
    name,
    plugin: context.pluginName,
    source: context.source,
    phase,
    failure,
    problem,
    isLive: input.kind === 'source' && input.isLive,
    events: state.events - start.events,
    bytes: state.bytes - start.bytes,
    latestTime: state.latestTime,
    batchesUnderWay,
    latestProblems: reporter.latestProblems,
    ...reporter.counts,
  };
}

/** Streams of one source have the same rules. */
function ruleStatuses({ evaluation, tally }: RunningParts): RuleStatus[] {
  const rules = new Map(
    evaluation.streams.flatMap((stream) => stream.rules.map((rule) => [rule.name, rule] as const)),
  );
  return [...rules.values()].map(({ name, description, source, priority, tags }) => ({
    name,
    description,
    source,
    priority,
    tags,
    ...tally.ofRule(name),
  }));
}

function pluginStatuses({ streams, evaluation, tally, quarantined }: RunningParts): PluginStatus[] {
  const roles: PluginRole[] = [
    ...streams.flatMap(({ parts: { input } }) =>
      input.kind === 'source' ? [input.setup.source] : [],
    ),
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
