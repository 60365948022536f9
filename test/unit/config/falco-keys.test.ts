import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FALCO_KEYS, findLosses } from '../../../engine/config/falco-keys.ts';
import { REPOSITORY } from '../../support/run-program.ts';

/** Top-level keys of the falco.yaml that Falco 0.44 ships. */
const KEYS_OF_FALCO =
  `append_output base_syscalls buffer_format_base64 buffered_outputs capture config_files engine falco_libs
  file_output http_output json_include_message_property json_include_output_fields_property
  json_include_output_property json_include_tags_property json_output libs_logger load_plugins log_level log_stderr
  log_syslog metrics output_timeout outputs_queue plugins plugins_hostinfo priority program_output rule_matching rules
  rules_files static_fields stdout_output syscall_event_drops syscall_event_timeouts syslog_output
  time_format_iso_8601 watch_config_files webserver`.split(/\s+/);
const OWN_KEYS = [
  'log_format',
  'cache_dir',
  'data_dir',
  'dead_letter_file',
  'follow',
  'json_include_uuid',
  'streams',
  'workers',
  'isolation',
  'aws',
  'webhook',
  'trusted_keys',
  'revoked_keys',
];

const losses: [configuration: object, paths: string[]][] = [
  [{}, []],
  [{ http_output: { enabled: true, url: 'http://x' }, syslog_output: { enabled: true } }, []],
  [
    { grpc_output: { enabled: true }, grpc: { enabled: true } },
    ['grpc_output.enabled', 'grpc.enabled'],
  ],
  [{ capture: { enabled: true } }, ['capture.enabled']],
  [{ engine: { kind: 'modern_ebpf' } }, ['engine.kind']],
  [{ engine: { kind: 'replay' } }, ['engine.kind']],
  [{ engine: { kind: 'nodriver' } }, []],
  [{ config_files: ['/nowhere/config.d'] }, []],
  [{ config_files: [{ path: REPOSITORY }] }, ['config_files']],
  [{ json_output: true, log_syslog: true, watch_config_files: true }, []],
];

describe('the table of keys', () => {
  it('has a row for every key of Falco', () => {
    expect(KEYS_OF_FALCO.filter((key) => FALCO_KEYS[key] === undefined)).toEqual([]);
  });

  it('has the keys that the schema knows, and no others', () => {
    const text = readFileSync(join(REPOSITORY, 'schemas/config.schema.json'), 'utf8');
    const { properties } = JSON.parse(text) as { properties: object };
    const known = Object.keys(properties).filter((key) => !OWN_KEYS.includes(key));
    expect(Object.keys(FALCO_KEYS).sort()).toEqual(known.sort());
  });

  it.each(losses)('%j asks in vain for %j', (configuration, paths) => {
    const found = findLosses(configuration as Record<string, unknown>);
    expect(found.map(({ path }) => path.join('.'))).toEqual(paths);
  });
});
