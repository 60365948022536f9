/* Defaults, then tiercel.yaml, then the command line: one frozen configuration. */

import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { AlertChannel } from '../detect/alert/alert-channel.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  hasErrors,
} from '../diagnostic/diagnostic.ts';
import type { AppendOutput, ExtraField, RuleSelection } from '../language/rules/load-options.ts';
import { storedPath } from '../packages/install/file-store.ts';
import { type Lock, lockPathFor, NO_LOCK, readLock } from '../packages/install/lock.ts';
import type { WebhookAccess } from '../store/location/webhook-access.ts';
import type { AwsConfig, Config, MetricsConfig, RulesPath, WebserverConfig } from './config.ts';
import type { RawAppendOutput, RawAws, RawConfig, RawWebhook } from './raw-config.ts';
import { type ReadConfig, readConfig } from './read-config.ts';
import { resolveOutputs, toPriority } from './resolve-outputs.ts';
import { type PluginPlaces, type PluginRequest, resolvePlugins } from './resolve-plugins.ts';
import { resolveTrust } from './resolve-trust.ts';

export interface ConfigRequest extends PluginRequest {
  /** Path of tiercel.yaml; `undefined`: none is read. */
  readonly configFile: string | undefined;
  /** From -r; they replace `rules_files`. */
  readonly rulesFiles: readonly string[];
  /** From -o, in order. */
  readonly options: readonly string[];
  /** From --from-start. */
  readonly isFromStart?: boolean;
  /** From --from-dead-letter. */
  readonly deadLettersFrom?: string | undefined;
}

/** There is a value also beside errors, when more can be found with it. */
export function loadConfig(request: ConfigRequest): Checked<Config> {
  const { value: read, diagnostics: found } = readConfig(request.configFile, request.options);
  if (read === undefined) return { value: undefined, diagnostics: found };
  const { raw } = read;
  const base =
    request.configFile === undefined ? process.cwd() : dirname(resolve(request.configFile));
  const lockPath = lockPathFor(request.configFile);
  const { value: lock, diagnostics: ofLock } =
    lockPath === undefined ? { value: NO_LOCK, diagnostics: [] } : readLock(lockPath);
  if (lock === undefined) return { value: undefined, diagnostics: [...found, ...ofLock] };
  const places = { baseFolder: base, lock };
  const { plugins, streams, diagnostics } = resolvePlugins(raw, request, places);
  const trust = resolveTrust(read, base);
  const outputs = resolveOutputs(read, base);
  const rest = toConfig(read, request, base);
  const value = Object.freeze({
    ...rest,
    alertFormat: { ...rest.alertFormat, shape: outputs.shape },
    plugins,
    streams,
    trust: trust.value,
    outputs: outputs.outputs,
    ...withPageChannel(outputs.alertChannels, rest.webserver),
    arePluginsMissing: hasErrors(diagnostics),
    rulesFiles: toRulesPaths(raw, request, places),
    addedRules: [],
  });
  return {
    value,
    diagnostics: [
      ...found,
      ...diagnostics,
      ...trust.diagnostics,
      ...outputs.diagnostics,
      ...checkSecrets(read),
    ],
  };
}

/** The page shows the fields of an alert whatever the format of the outputs is. */
const PAGE_CHANNEL: AlertChannel = {
  shape: {
    kind: 'template',
    hasRawEvent: false,
    template: '{"message":{{json message}},"fields":{{fields}}}',
  },
  filter: { minimumPriority: 'Debug', rules: undefined, tags: undefined, sources: undefined },
};

function withPageChannel(
  channels: readonly AlertChannel[],
  webserver: WebserverConfig | undefined,
): Pick<Config, 'alertChannels' | 'pageChannel'> {
  if (webserver?.hasPage !== true) return { alertChannels: channels, pageChannel: undefined };
  return { alertChannels: [...channels, PAGE_CHANNEL], pageChannel: channels.length };
}

function checkSecrets({ raw, labelOf }: ReadConfig): Diagnostic[] {
  return (raw.webhook?.authentication ?? []).flatMap(({ secret, secret_file: file }, index) => {
    if ((secret === undefined) !== (file === undefined)) return [];
    const message = 'an entry of `webhook.authentication` has either `secret` or `secret_file`';
    const primary = labelOf(['webhook', 'authentication', index]);
    return [createDiagnostic('CONFIG_SCHEMA', { message, ...(primary && { primary }) })];
  });
}

function toConfig(
  { raw, labelOf }: ReadConfig,
  request: ConfigRequest,
  base: string,
): Omit<
  Config,
  | 'plugins'
  | 'streams'
  | 'trust'
  | 'outputs'
  | 'alertChannels'
  | 'pageChannel'
  | 'arePluginsMissing'
  | 'rulesFiles'
  | 'addedRules'
> {
  return {
    ruleLoad: {
      minimumPriority: toPriority(raw.priority),
      selections: (raw.rules ?? []).flatMap(toSelections),
      appendOutput: (raw.append_output ?? []).map((entry, index) =>
        toAppendOutput(entry, (path) => labelOf(['append_output', index, ...path])),
      ),
    },
    ruleMatching: raw.rule_matching ?? 'first',
    staticFields: Object.fromEntries(
      Object.entries(raw.static_fields ?? {}).map(([key, value]) => [key, String(value)]),
    ),
    alertFormat: {
      jsonOutput: raw.json_output ?? false,
      jsonIncludeOutputProperty: raw.json_include_output_property ?? true,
      jsonIncludeMessageProperty: raw.json_include_message_property ?? false,
      jsonIncludeOutputFieldsProperty: raw.json_include_output_fields_property ?? true,
      jsonIncludeTagsProperty: raw.json_include_tags_property ?? true,
      jsonIncludeUuid: raw.json_include_uuid ?? false,
      timeFormatIso8601: raw.time_format_iso_8601 ?? false,
      hostname: hostname(),
    },
    log: { isJson: raw.log_format === 'json', minimumPriority: toPriority(raw.log_level) },
    metrics: toMetrics(raw.metrics ?? {}, base),
    webserver: toWebserver(raw.webserver ?? {}, base),
    isFollowed: raw.follow ?? false,
    areFilesWatched: raw.watch_config_files ?? true,
    workers: raw.workers,
    aws: toAws(raw.aws ?? {}, base),
    webhook: toWebhook(raw.webhook ?? {}, base),
    dataDirectory: raw.data_dir === undefined ? undefined : resolve(base, raw.data_dir),
    isFromStart: request.isFromStart ?? false,
    requiredWalls: (typeof raw.isolation === 'object' && raw.isolation.require) || [],
    deadLetterFile:
      raw.dead_letter_file === undefined ? undefined : resolve(base, raw.dead_letter_file),
    deadLettersFrom:
      request.deadLettersFrom === undefined ? undefined : resolve(request.deadLettersFrom),
    cacheDirectory:
      raw.cache_dir === undefined ? defaultCacheDirectory() : resolve(base, raw.cache_dir),
  };
}

/** After a crash a message comes again so late. */
const VISIBILITY_SECONDS = 60;
/** CloudTrail delivers every five minutes or so, and listing costs money. */
const POLL_SECONDS = 30;
const LOOK_BACK_SECONDS = 3_600;

function toAws(raw: RawAws, base: string): AwsConfig {
  const { profile, region, config, credentials, endpoint, path_style: isPathStyle } = raw;
  const path = (written: string | undefined): string | undefined =>
    written === undefined ? undefined : resolve(base, written);
  return {
    profile,
    region,
    visibilitySeconds: raw.visibility_timeout ?? VISIBILITY_SECONDS,
    pollSeconds: raw.poll_interval ?? POLL_SECONDS,
    lookBackSeconds: raw.look_back ?? LOOK_BACK_SECONDS,
    configFile: path(config),
    credentialsFile: path(credentials),
    endpoint,
    isPathStyle,
  };
}

const DURATION_PART = /(\d+)(ms|s|m|h|d|w)/g;
const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Falco's. */
const METRICS_INTERVAL = '1h';
const METRICS_INTERVAL_MIN_MS = 100;
/** Timers of Node go no further. */
const METRICS_INTERVAL_MAX_MS = 2 ** 31 - 1;

function toMetrics(
  raw: NonNullable<RawConfig['metrics']>,
  base: string,
): MetricsConfig | undefined {
  if (raw.enabled !== true) return undefined;
  const { interval = METRICS_INTERVAL, output_rule: isAlert = false, output_file: file = '' } = raw;
  const wantedMs = [...interval.matchAll(DURATION_PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS],
    0,
  );
  const intervalMs = Math.min(METRICS_INTERVAL_MAX_MS, Math.max(METRICS_INTERVAL_MIN_MS, wantedMs));
  return { intervalMs, isAlert, file: file === '' ? undefined : resolve(base, file) };
}

/** Falco's; its address is any, ours only this machine. */
const WEB_PORT = 8765;
const WEB_ADDRESS = '127.0.0.1';
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function toWebserver(
  raw: NonNullable<RawConfig['webserver']>,
  base: string,
): WebserverConfig | undefined {
  if (raw.enabled !== true) return undefined;
  const address = raw.listen_address ?? WEB_ADDRESS;
  const { ssl_enabled: isTls = false, ssl_certificate: certificate = '' } = raw;
  return {
    address,
    port: raw.listen_port ?? WEB_PORT,
    healthPath: raw.k8s_healthz_endpoint ?? '/healthz',
    hasMetrics: raw.prometheus_metrics_enabled ?? false,
    // Falco's file listens everywhere, for the sake of health checks: alerts are not for everybody.
    hasPage: raw.page ?? LOOPBACK.test(address),
    certificateFile: isTls ? resolve(base, certificate) : undefined,
  };
}

/** As much as GitHub sends at most. */
const BODY_SIZE_MAX = 25 << 20;
const SIGNATURE_HEADER = 'x-signature-256';

function toWebhook(raw: RawWebhook, base: string): WebhookAccess {
  const path = (written: string | undefined): string | undefined =>
    written === undefined ? undefined : resolve(base, written);
  return {
    certificateFile: path(raw.ssl_certificate),
    keyFile: path(raw.ssl_key),
    bodySizeMax: raw.max_body_size ?? BODY_SIZE_MAX,
    authentication: (raw.authentication ?? []).map((one) => ({
      path: one.path,
      type: one.type,
      header: one.header ?? SIGNATURE_HEADER,
      secret: one.secret,
      secretFile: path(one.secret_file),
    })),
  };
}

/** `undefined`: not configured, so the rules that ship for the sources are used. */
function toRulesPaths(
  raw: RawConfig,
  request: ConfigRequest,
  { baseFolder: base, lock }: PluginPlaces,
): readonly RulesPath[] | undefined {
  if (request.rulesFiles.length > 0) {
    return request.rulesFiles.map(
      (path) =>
        installedRules(path, process.cwd(), lock) ?? { path: resolve(path), mayBeMissing: false },
    );
  }
  const written = raw.rules_files ?? raw.rules_file;
  if (written === undefined) return undefined;
  // Falco leaves out what does not exist: its own configuration names files for local additions.
  return (typeof written === 'string' ? [written] : written).map(
    (path) => installedRules(path, base, lock) ?? { path: resolve(base, path), mayBeMissing: true },
  );
}

/** A name that the lock has, where there is no file of that name. */
function installedRules(written: string, base: string, { rules }: Lock): RulesPath | undefined {
  const locked = Object.hasOwn(rules, written) ? rules[written] : undefined;
  if (locked === undefined || existsSync(resolve(base, written))) return undefined;
  const path = storedPath('rules', locked.digest) ?? written;
  return { path, mayBeMissing: false, locked: { ...locked, name: written } };
}

function toSelections(entry: NonNullable<RawConfig['rules']>[number]): RuleSelection[] {
  return (['enable', 'disable'] as const).flatMap((action): RuleSelection[] => {
    const target = entry[action];
    if (target?.rule !== undefined) return [{ action, by: 'rule', pattern: target.rule }];
    if (target?.tag !== undefined) return [{ action, by: 'tag', pattern: target.tag }];
    return [];
  });
}

function toAppendOutput(entry: RawAppendOutput, labelOf: ReadConfig['labelOf']): AppendOutput {
  return {
    match: {
      source: entry.match?.source,
      rule: entry.match?.rule,
      tags: entry.match?.tags ?? [],
    },
    extraOutput: entry.extra_output,
    extraOutputLabel: labelOf(['extra_output']),
    extraFields: (entry.extra_fields ?? []).flatMap((field, index): ExtraField[] => {
      const label = labelOf(['extra_fields', index]);
      return typeof field === 'string'
        ? [{ kind: 'field', name: field, label }]
        : Object.entries(field).map(([name, format]) => ({ kind: 'format', name, format, label }));
    }),
    suggestedOutput: entry.suggested_output ?? false,
  };
}

/** `$XDG_CACHE_HOME/tiercel`, else `~/.cache/tiercel`; never a folder that others can write to. */
function defaultCacheDirectory(): string | undefined {
  const base = process.env.XDG_CACHE_HOME;
  if (base !== undefined && base !== '') return join(base, 'tiercel');
  try {
    return join(homedir(), '.cache', 'tiercel');
  } catch {
    // The user has no home and no entry in the system's list of users: plugins are prepared at each start.
    return undefined;
  }
}
