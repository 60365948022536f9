/* The configuration's keys as the file has them; everything may be absent. The schema has checked the types. */

import type { Wall } from '../base/confinement.ts';
import type { Facility } from '../base/facility.ts';
import type { AlertShape } from '../detect/alert/alert-channel.ts';

export interface RawConfig {
  rules_files?: string[];
  /** Falco's older name. */
  rules_file?: string | string[];
  load_plugins?: string[];
  plugins?: RawPlugin[];
  streams?: RawStream[];
  trusted_keys?: string[];
  revoked_keys?: string[];
  priority?: string;
  rule_matching?: 'first' | 'all';
  rules?: { enable?: { rule?: string; tag?: string }; disable?: { rule?: string; tag?: string } }[];
  append_output?: RawAppendOutput[];
  static_fields?: Record<string, string | number | boolean>;
  json_output?: boolean;
  json_include_output_property?: boolean;
  json_include_message_property?: boolean;
  json_include_output_fields_property?: boolean;
  json_include_tags_property?: boolean;
  json_include_uuid?: boolean;
  time_format_iso_8601?: boolean;
  stdout_output?: { enabled?: boolean };
  file_output?: { enabled?: boolean } & RawFileOutput;
  program_output?: { enabled?: boolean; program?: string; keep_alive?: boolean };
  http_output?: {
    enabled?: boolean;
    mtls?: boolean;
    max_consecutive_timeouts?: number;
  } & RawHttpOutput;
  syslog_output?: { enabled?: boolean };
  /** A mapping is Falco's older key of this name. */
  outputs?: RawOutput[] | Record<string, unknown>;
  metrics?: {
    enabled?: boolean;
    interval?: string;
    output_rule?: boolean;
    output_file?: string;
  };
  log_level?: string;
  log_format?: 'text' | 'json';
  webserver?: {
    enabled?: boolean;
    listen_port?: number;
    listen_address?: string;
    k8s_healthz_endpoint?: string;
    prometheus_metrics_enabled?: boolean;
    ssl_enabled?: boolean;
    ssl_certificate?: string;
    page?: boolean;
  };
  follow?: boolean;
  workers?: number;
  isolation?: 'thread' | 'process' | { default?: 'thread' | 'process'; require?: Wall[] };
  aws?: RawAws;
  webhook?: RawWebhook;
  data_dir?: string;
  watch_config_files?: boolean;
  dead_letter_file?: string;
  cache_dir?: string;
}

interface RawFileOutput {
  filename?: string;
  keep_alive?: boolean;
}

export interface RawTls {
  insecure?: boolean;
  ca_cert?: string;
  ca_bundle?: string;
  ca_path?: string;
  client_cert?: string;
  client_key?: string;
}

export interface RawHttpOutput extends RawTls {
  url?: string;
  user_agent?: string;
  echo?: boolean;
  compress_uploads?: boolean;
  keep_alive?: boolean;
}

/** One of `outputs`: which keys there are depends on the type. */
export interface RawOutput extends RawFileOutput, RawHttpOutput {
  type: 'stdout' | 'file' | 'program' | 'http' | 'syslog' | 'nats';
  name?: string;
  enabled?: boolean;
  priority?: string;
  rules?: string[];
  tags?: string[];
  sources?: string[];
  format?: AlertShape['kind'];
  template?: string;
  raw_event?: boolean;
  batch_size?: number;
  batch_format?: 'lines' | 'array';
  timeout?: number;
  close_timeout?: number;
  retry?: { max_tries?: number; min_pause?: number; max_pause?: number };
  spool?: false | { path?: string; max_size?: number };
  dead_letter_file?: string;
  rotate?: { size?: number; age?: number; keep?: number };
  program?: string;
  headers?: Record<string, string>;
  address?: string;
  facility?: Facility;
  app_name?: string;
  servers?: string[];
  subject?: string;
  jetstream?: boolean;
  credentials?: string;
}

export interface RawAws {
  profile?: string;
  region?: string;
  /** Paths, as in Falco's init configuration. */
  config?: string;
  credentials?: string;
  endpoint?: string;
  path_style?: boolean;
  visibility_timeout?: number;
  poll_interval?: number;
  look_back?: number;
}

export interface RawWebhook {
  ssl_certificate?: string;
  ssl_key?: string;
  max_body_size?: number;
  authentication?: RawSenderSecret[];
}

export interface RawSenderSecret {
  path?: string;
  type: 'bearer' | 'hmac' | 'github';
  header?: string;
  secret?: string;
  secret_file?: string;
}

export interface RawPlugin {
  name: string;
  library_path?: string;
  init_config?: unknown;
  open_params?: string;
  grants?: string[];
  sha256?: string;
  min_version?: string;
  isolation?: 'thread' | 'process';
}

export interface RawStream {
  name?: string;
  plugin: string;
  open_params?: string;
  follow?: boolean;
}

export interface RawAppendOutput {
  match?: { source?: string; rule?: string; tags?: string[] };
  extra_output?: string;
  extra_fields?: (string | Record<string, string>)[];
  suggested_output?: boolean;
}
