/*
 * Every key of Falco 0.44's falco.yaml and what becomes of it here. Falco's own file has to load, and nothing
 * that it asks for may be left out in silence: what would be lost is a warning, under --strict an error.
 */

import { existsSync } from 'node:fs';

/** What a configuration asks for and does not get. */
export interface Loss {
  /** Path of the key that asks for it. */
  readonly path: readonly string[];
  /** What does not happen, after the key: `alerts are not sent to http://…`. */
  readonly message: string;
  /** What to do instead. */
  readonly hint: string;
}

export type FalcoKey =
  | { readonly kind: 'honoured' }
  /** Nothing here depends on it; `why` is for the reference. */
  | { readonly kind: 'harmless'; readonly why: string }
  /** Asks for something that we do not have, for some values. */
  | { readonly kind: 'lossy'; readonly findLoss: (value: unknown) => Loss | undefined };

const HONOURED: FalcoKey = { kind: 'honoured' };
const SYSTEM_CALLS: FalcoKey = { kind: 'harmless', why: 'is about system calls only' };
const OLDER: FalcoKey = { kind: 'harmless', why: 'Falco 0.44 no longer has it either' };
const OWN_LOG: FalcoKey = { kind: 'harmless', why: 'our own messages go to standard error' };

export const FALCO_KEYS: Readonly<Record<string, FalcoKey>> = {
  rules_files: HONOURED,
  rules_file: HONOURED,
  rules: HONOURED,
  load_plugins: HONOURED,
  plugins: HONOURED,
  priority: HONOURED,
  rule_matching: HONOURED,
  append_output: HONOURED,
  static_fields: HONOURED,
  json_output: HONOURED,
  json_include_output_property: HONOURED,
  json_include_message_property: HONOURED,
  json_include_output_fields_property: HONOURED,
  json_include_tags_property: HONOURED,
  time_format_iso_8601: HONOURED,
  stdout_output: HONOURED,
  file_output: HONOURED,
  http_output: HONOURED,
  program_output: HONOURED,
  syslog_output: HONOURED,
  webserver: HONOURED,
  metrics: HONOURED,
  log_level: HONOURED,
  watch_config_files: HONOURED,

  config_files: { kind: 'lossy', findLoss: findUnreadFiles },
  engine: { kind: 'lossy', findLoss: findOtherEngine },
  grpc_output: whenEnabled('grpc_output', () => ({
    message: 'alerts are not offered by gRPC, which Falco 0.44 no longer has either',
    hint: 'remove `grpc_output`',
  })),
  grpc: whenEnabled('grpc', () => ({
    message: 'no gRPC server is started; Falco 0.44 no longer has one either',
    hint: 'remove `grpc`',
  })),
  capture: whenEnabled('capture', () => ({
    message: 'events around an alert are not captured: not supported yet',
    hint: 'set `capture.enabled: false`',
  })),

  buffered_outputs: { kind: 'harmless', why: 'alerts of a batch are written together' },
  buffer_format_base64: { kind: 'harmless', why: 'no field holds raw bytes' },
  outputs_queue: { kind: 'harmless', why: 'slow outputs are waited for, nothing is dropped' },
  // A mapping in older versions of Falco, which limited the rate of alerts; a list of outputs here.
  outputs: HONOURED,
  output_timeout: { kind: 'harmless', why: 'slow outputs are waited for' },
  log_stderr: OWN_LOG,
  log_syslog: OWN_LOG,
  libs_logger: OWN_LOG,
  plugins_hostinfo: { kind: 'harmless', why: 'plugins see nothing of the host' },
  base_syscalls: SYSTEM_CALLS,
  syscall_event_drops: SYSTEM_CALLS,
  syscall_event_timeouts: SYSTEM_CALLS,
  container_engines: SYSTEM_CALLS,
  falco_libs: SYSTEM_CALLS,
  syscall_buf_size_preset: OLDER,
  syscall_drop_failed_exit: OLDER,
  modern_bpf: OLDER,
  metadata_download: OLDER,
};

/** Everything that the configuration asks for in vain, in the order of the table. */
export function findLosses(configuration: Readonly<Record<string, unknown>>): Loss[] {
  return Object.entries(FALCO_KEYS).flatMap(([name, key]) => {
    const value = configuration[name];
    if (key.kind !== 'lossy' || value === undefined || value === null) return [];
    const loss = key.findLoss(value);
    return loss === undefined ? [] : [loss];
  });
}

function whenEnabled(
  name: string,
  describe: (settings: Readonly<Record<string, unknown>>) => Omit<Loss, 'path'>,
): FalcoKey {
  return {
    kind: 'lossy',
    findLoss: (value) => {
      const settings = value as Readonly<Record<string, unknown>>;
      if (settings.enabled !== true) return undefined;
      return { path: [name, 'enabled'], ...describe(settings) };
    },
  };
}

/** Falco leaves out files that do not exist, so only those that do are missed. */
function findUnreadFiles(value: unknown): Loss | undefined {
  const paths = (value as readonly (string | { path?: string })[])
    .map((entry) => (typeof entry === 'string' ? entry : (entry.path ?? '')))
    .filter((path) => existsSync(path));
  if (paths.length === 0) return undefined;
  return {
    path: ['config_files'],
    message: `${paths.join(', ')} is not read: not supported yet`,
    hint: 'put its keys into this file',
  };
}

function findOtherEngine(value: unknown): Loss | undefined {
  const { kind } = value as { readonly kind?: string };
  if (kind === undefined || kind === 'nodriver') return undefined;
  const what = kind === 'replay' ? 'a capture is not replayed' : 'system calls are not read';
  return {
    path: ['engine', 'kind'],
    message: `${what}, and rules of source \`syscall\` are not used`,
    hint: 'set `engine.kind: nodriver`',
  };
}
