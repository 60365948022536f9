/*
 * A run as Prometheus reads it: ours under `tiercel_`, and under `falcosecurity_` what dashboards for Falco look at.
 * All is made of one look at the run, so the numbers of a scrape go together.
 */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { VERSION } from '#generated/build-info';
import { PRIORITIES } from '../base/priority.ts';
import { ENGINE_VERSION } from '../language/load/load-ruleset.ts';
import type { OutputReport } from '../outputs/delivery/output-set.ts';
import type { PluginStatus, RuleStatus, StreamStatus } from '../run/engine/engine-status.ts';
import type { FileDigest, ServiceStatus } from './health.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number | undefined];

const PROCESS = new Registry();
collectDefaultMetrics({ register: PROCESS });
// Gauges that are named like counters.
for (const what of ['handles', 'requests', 'resources'])
  PROCESS.removeSingleMetric(`nodejs_active_${what}_total`);

/** `nowMs`, `startedMs`: milliseconds since 1970. */
export interface MetricsTime {
  readonly nowMs: number;
  readonly startedMs: number;
}

/** Text of the exposition format 0.0.4. */
export async function metricsText(status: ServiceStatus, time: MetricsTime): Promise<string> {
  const registry = new Registry();
  const add = adderTo(registry);
  const { engine, outputs } = status;
  add.gauge('tiercel_build_info', 'Version of the program and of Falco’s rules engine', [
    [{ version: VERSION, engine_version: ENGINE_VERSION }, 1],
  ]);
  addStreams(add, engine?.streams ?? [], time);
  addRules(add, engine?.rules ?? []);
  addPlugins(add, engine?.plugins ?? []);
  addOutputs(add, outputs);
  add.gauge('tiercel_stalled_seconds', 'Time without progress of evaluation that has work', [
    [{}, seconds(engine?.stalledMs ?? 0)],
  ]);
  add.gauge('tiercel_workers', 'Evaluation workers', [[{}, engine?.workerCount ?? 0]]);
  add.counter('tiercel_evaluation_seconds_total', 'Time in conditions, and in making alerts', [
    [{ phase: 'conditions' }, seconds(engine?.conditionsMs)],
    [{ phase: 'alerts' }, seconds(engine?.alertsMs)],
  ]);
  addFalco(add, status, time);
  return await Registry.merge([registry, PROCESS]).metrics();
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

interface Adder {
  gauge(name: string, help: string, samples: readonly Sample[]): void;
  counter(name: string, help: string, samples: readonly Sample[]): void;
}

function adderTo(registry: Registry): Adder {
  const options = (name: string, help: string, samples: readonly Sample[]) => {
    const labelNames = [...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    return { name, help, labelNames, registers: [registry] };
  };
  return {
    gauge: (name, help, samples) => {
      const gauge = new Gauge(options(name, help, samples));
      for (const [labels, value] of samples) if (value !== undefined) gauge.set(labels, value);
    },
    counter: (name, help, samples) => {
      const counter = new Counter(options(name, help, samples));
      for (const [labels, value] of samples) if (value !== undefined) counter.inc(labels, value);
    },
  };
}

const STREAM_COUNTERS: readonly (readonly [
  name: string,
  help: string,
  pick: (stream: StreamStatus) => number,
])[] = [
  ['events', 'Events read', ({ events }) => events],
  ['bytes', 'Bytes of the events', ({ bytes }) => bytes],
  ['alerts', 'Alerts of its events', ({ alertsTotal }) => alertsTotal],
  [
    'events_in_part',
    'Events that some rules were not evaluated for',
    ({ eventsInPart }) => eventsInPart,
  ],
  ['lost', 'Parts of the input that could not be read', ({ lostProblems }) => lostProblems],
  ['faults', 'Faults of its source', ({ sourceFaults }) => sourceFaults],
];

function addStreams(add: Adder, streams: readonly StreamStatus[], { nowMs }: MetricsTime): void {
  const samples = (pick: (stream: StreamStatus) => number | undefined): Sample[] =>
    streams.map((stream) => [{ stream: stream.name, source: stream.source }, pick(stream)]);
  for (const [name, help, pick] of STREAM_COUNTERS)
    add.counter(`tiercel_stream_${name}_total`, help, samples(pick));
  add.gauge(
    'tiercel_stream_up',
    'Whether it is read, or was read to its end',
    samples(({ phase, failure, problem }) =>
      failure === undefined && problem === undefined && (phase === 'reading' || phase === 'over')
        ? 1
        : 0,
    ),
  );
  const latestSeconds = ({ latestTime }: StreamStatus): number | undefined =>
    latestTime === undefined ? undefined : Number(latestTime / 1_000_000n) / 1_000;
  add.gauge(
    'tiercel_stream_latest_event_timestamp_seconds',
    'Time of the latest event',
    samples(latestSeconds),
  );
  add.gauge(
    'tiercel_stream_lag_seconds',
    'How long ago the latest event happened, of streams that wait for what comes',
    samples((stream) => {
      const latest = latestSeconds(stream);
      return stream.isLive && latest !== undefined ? nowMs / 1_000 - latest : undefined;
    }),
  );
  add.gauge(
    'tiercel_stream_batches_under_way',
    'Batches that are not with all outputs yet; eight at most',
    samples(({ batchesUnderWay }) => batchesUnderWay),
  );
}

function addRules(add: Adder, rules: readonly RuleStatus[]): void {
  const samples = (pick: (rule: RuleStatus) => number | undefined): Sample[] =>
    rules.map((rule) => [
      { rule: rule.name, source: rule.source, priority: rule.priority },
      pick(rule),
    ]);
  add.counter(
    'tiercel_rule_alerts_total',
    'Alerts',
    samples(({ alerts }) => alerts),
  );
  add.counter(
    'tiercel_rule_not_evaluated_total',
    'Events that the rule could not be evaluated for',
    samples(({ notEvaluated }) => notEvaluated),
  );
  add.counter(
    'tiercel_rule_evaluation_seconds_total',
    'Time in the condition, extrapolated from every 16th batch; what rules share is with the first',
    samples(({ evaluationMs }) => seconds(evaluationMs)),
  );
  add.gauge(
    'tiercel_rule_last_alert_timestamp_seconds',
    'When it had an alert last',
    samples(({ lastAlertMs }) => seconds(lastAlertMs)),
  );
}

function addPlugins(add: Adder, plugins: readonly PluginStatus[]): void {
  add.counter(
    'tiercel_plugin_faults_total',
    'Faults by kind',
    plugins.flatMap(({ name, faults }) =>
      faults.map(({ kind, count }): Sample => [{ plugin: name, kind }, count]),
    ),
  );
  add.gauge(
    'tiercel_plugin_quarantined',
    '1: the plugin had too many faults and is switched off',
    plugins.map(({ name, isQuarantined }) => [{ plugin: name }, isQuarantined ? 1 : 0]),
  );
  add.counter(
    'tiercel_plugin_extraction_seconds_total',
    'Time in calls that extract fields',
    plugins.map(({ name, extractionMs }) => [{ plugin: name }, seconds(extractionMs)]),
  );
}

function addOutputs(add: Adder, outputs: readonly OutputReport[]): void {
  const samples = (pick: (output: OutputReport) => number): Sample[] =>
    outputs.map((output) => [{ output: output.id }, pick(output)]);
  const counter = (name: string, help: string, key: keyof OutputReport['counts']): void =>
    add.counter(
      `tiercel_output_${name}_total`,
      help,
      samples(({ counts }) => counts[key]),
    );
  const gauge = (name: string, help: string, key: keyof OutputReport['counts']): void =>
    add.gauge(
      `tiercel_output_${name}`,
      help,
      samples(({ counts }) => counts[key]),
    );
  counter('delivered', 'Alerts that arrived', 'delivered');
  counter('dead_letters', 'Alerts that the receiver will not have, in its file', 'deadLetters');
  counter('undelivered', 'Alerts that were lost', 'undelivered');
  counter('faults', 'Deliveries that failed', 'faults');
  gauge('waiting', 'Alerts in memory that have not arrived', 'waiting');
  gauge('spooled', 'Alerts on disk that have not arrived', 'spooled');
  add.gauge(
    'tiercel_output_up',
    '1: alerts are delivered; 0: the receiver does not answer, or the output has ended',
    samples(({ state }) => (state === 'up' ? 1 : 0)),
  );
}

/** By Falco's names, what its dashboards show. */
function addFalco(
  add: Adder,
  { engine, outputs, setting }: ServiceStatus,
  { startedMs, nowMs }: MetricsTime,
): void {
  const sources = new Set((engine?.streams ?? []).map(({ source }) => source));
  const info = (name: string, help: string, labels: readonly Labels[]): void => {
    if (labels.length > 0)
      add.gauge(
        `falcosecurity_${name}_info`,
        help,
        labels.map((one): Sample => [one, 1]),
      );
  };
  const files = (found: readonly FileDigest[] = []): Labels[] =>
    found.map(({ name, sha256 }) => ({ file_name: name, sha256 }));
  info(
    'falco_evt_source',
    'Sources of events',
    [...sources].map((source) => ({ evt_source: source })),
  );
  info('falco_sha256_rules_files', 'Rules files', files(setting?.rulesFiles));
  info('falco_sha256_config_files', 'Configuration files', files(setting?.configFiles));
  info(
    'evt_hostname',
    'Name of the host in alerts',
    setting ? [{ hostname: setting.hostname }] : [],
  );
  const { user, system } = process.cpuUsage();
  const ranMs = Math.max(1, nowMs - startedMs);
  add.gauge('falcosecurity_falco_cpu_usage_ratio', 'Part of one core, since the start', [
    [{}, (user + system) / 1_000 / ranMs],
  ]);
  add.gauge('falcosecurity_falco_version_info', 'Version', [[{ version: VERSION }, 1]]);
  add.gauge('falcosecurity_falco_start_timestamp_nanoseconds', 'Start', [
    [{}, startedMs * 1_000_000],
  ]);
  add.counter('falcosecurity_falco_duration_seconds_total', 'Duration', [
    [{}, (nowMs - startedMs) / 1_000],
  ]);
  add.gauge('falcosecurity_falco_memory_rss_bytes', 'Memory', [[{}, process.memoryUsage.rss()]]);
  add.counter('falcosecurity_scap_n_evts_total', 'Events', [
    [{}, engine?.streams.reduce((sum, { events }) => sum + events, 0) ?? 0],
  ]);
  add.counter('falcosecurity_falco_outputs_queue_num_drops_total', 'Alerts that were lost', [
    [{}, outputs.reduce((sum, { counts }) => sum + counts.undelivered, 0)],
  ]);
  const matches = (engine?.rules ?? [])
    .filter(({ alerts }) => alerts > 0)
    .map(({ name, source, priority, tags, alerts }): Sample => {
      const flags = tags.map((tag) => [`tag_${tag.replace(/\W/g, '_')}`, 'true'] as const);
      const level = String(PRIORITIES.indexOf(priority));
      const labels = { ...Object.fromEntries(flags), rule_name: name, priority: level, source };
      return [labels, alerts];
    });
  if (matches.length > 0)
    add.counter('falcosecurity_falco_rules_matches_total', 'Alerts by rule', matches);
}

function seconds(ms: number): number;
function seconds(ms: number | undefined): number | undefined;
function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
