import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricsText } from '../../../engine/service/metrics.ts';
import { REPOSITORY } from '../../support/run-program.ts';
import { serviceStatus } from '../../support/service-status.ts';

const TIME = { nowMs: 1_767_225_660_000, startedMs: 1_767_225_600_000 };

async function samples(status = serviceStatus()): Promise<Map<string, string>> {
  const text = await metricsText(status, TIME);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), line.split(' ').at(-1) ?? '']));
}

const rows: [name: string, value: number][] = [
  ['tiercel_stream_events_total{stream="production",source="aws_cloudtrail"}', 12],
  ['tiercel_stream_bytes_total{stream="production",source="aws_cloudtrail"}', 3_400],
  ['tiercel_stream_alerts_total{stream="production",source="aws_cloudtrail"}', 5],
  ['tiercel_stream_events_in_part_total{stream="production",source="aws_cloudtrail"}', 1],
  ['tiercel_stream_lost_total{stream="production",source="aws_cloudtrail"}', 2],
  ['tiercel_stream_faults_total{stream="production",source="aws_cloudtrail"}', 3],
  ['tiercel_stream_up{stream="production",source="aws_cloudtrail"}', 1],
  ['tiercel_stream_lag_seconds{stream="production",source="aws_cloudtrail"}', 60],
  ['tiercel_stream_batches_under_way{stream="production",source="aws_cloudtrail"}', 4],
  ['tiercel_rule_alerts_total{rule="a \\"rule\\"",source="aws_cloudtrail",priority="Warning"}', 5],
  [
    'tiercel_rule_evaluation_seconds_total{rule="a \\"rule\\"",source="aws_cloudtrail",priority="Warning"}',
    0.25,
  ],
  ['tiercel_plugin_faults_total{plugin="cloudtrail",kind="trap"}', 7],
  ['tiercel_plugin_quarantined{plugin="cloudtrail"}', 1],
  ['tiercel_plugin_extraction_seconds_total{plugin="cloudtrail"}', 1.5],
  ['tiercel_output_delivered_total{output="siem"}', 1],
  ['tiercel_output_waiting{output="siem"}', 2],
  ['tiercel_output_spooled{output="siem"}', 3],
  ['tiercel_output_dead_letters_total{output="siem"}', 4],
  ['tiercel_output_undelivered_total{output="siem"}', 5],
  ['tiercel_output_faults_total{output="siem"}', 6],
  ['tiercel_output_up{output="siem"}', 1],
  ['tiercel_evaluation_seconds_total{phase="conditions"}', 0.04],
  ['tiercel_workers', 2],
  ['tiercel_stalled_seconds', 0],
  ['falcosecurity_falco_evt_source_info{evt_source="aws_cloudtrail"}', 1],
  ['falcosecurity_falco_sha256_rules_files_info{file_name="rules.yaml",sha256="ab"}', 1],
  ['falcosecurity_falco_sha256_config_files_info{file_name="tiercel.yaml",sha256="cd"}', 1],
  ['falcosecurity_evt_hostname_info{hostname="sensor-1"}', 1],
  ['falcosecurity_falco_duration_seconds_total', 60],
  ['falcosecurity_scap_n_evts_total', 12],
  ['falcosecurity_falco_outputs_queue_num_drops_total', 5],
  [
    'falcosecurity_falco_rules_matches_total{tag_login="true",tag_T1059_004="true",rule_name="a \\"rule\\"",priority="4",source="aws_cloudtrail"}',
    5,
  ],
];

describe('metrics', () => {
  it.each(rows)('have %s', async (name, value) => {
    expect(Number((await samples()).get(name))).toBe(value);
  });

  it('have the process, and each name with a help and a type', async () => {
    const text = await metricsText(serviceStatus(), TIME);
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    const names = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    for (const name of names) expect(text).toContain(`# HELP ${name} `);
    expect(names.size).toBeGreaterThan(30);
  });

  it('say of a stream that was given up that it is not up, and of an archive no lag', async () => {
    const failure = {
      stream: 'production',
      plugin: 'p',
      reason: 'r',
      kind: 'trap',
      atStart: false,
    };
    const found = await samples(serviceStatus({ failure, phase: 'over', isLive: false }));
    const labels = '{stream="production",source="aws_cloudtrail"}';
    expect(found.get(`tiercel_stream_up${labels}`)).toBe('0');
    expect(found.has(`tiercel_stream_lag_seconds${labels}`)).toBe(false);
  });

  it('are there before anything runs', async () => {
    const text = await metricsText({ engine: undefined, outputs: [] }, TIME);
    expect(text).toContain('tiercel_workers 0');
  });
});

it('has every metric that the dashboard for Grafana shows', async () => {
  const path = join(REPOSITORY, 'engine/guide/grafana-dashboard.json');
  const names = new Set(readFileSync(path, 'utf8').match(/tiercel_[a-z_]+/g));
  expect(names.size).toBeGreaterThan(10);
  const text = await metricsText(serviceStatus(), TIME);
  expect([...names].filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(text))).toEqual([]);
});
