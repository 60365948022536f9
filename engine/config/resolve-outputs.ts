/* Falco's keys for outputs, and `outputs`: raw → with all defaults, or what is wrong with them. */

import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PRIORITIES, type Priority } from '../base/priority.ts';
import { type AlertChannel, type AlertShape, sameShape } from '../detect/alert/alert-channel.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { DeliveryConfig, FilterPlaces, OutputConfig, SpoolConfig } from './output-config.ts';
import { destinationOf } from './output-destination.ts';
import { type OutputTarget, type OutputType, toTarget } from './output-kinds.ts';
import { type OutputProblem, problemsOf } from './output-problems.ts';
import type { RawConfig, RawOutput } from './raw-config.ts';
import type { ReadConfig } from './read-config.ts';

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 30_000;
/** With a spool an alert can wait; else it holds up the stream, for half a minute. */
const TRIES_WITHOUT_SPOOL = 8;
/** A program that does not end well will not for long. */
const TRIES_OF_PROGRAM = 3;
const SPOOL_SIZE_MAX = 1 << 30;
const BATCH_SIZE = 500;
const BATCH_SIZES: Partial<Record<OutputType, number>> = { http: 1, file: 4_096 };
const LOCAL_SYSLOG = '/dev/log';

interface Written {
  readonly raw: RawOutput;
  readonly path: readonly (string | number)[];
  /** How it is called without a name. */
  readonly defaultName: string;
  readonly mayBeMissing?: boolean;
}

export interface ResolvedOutputs {
  readonly outputs: readonly OutputConfig[];
  readonly alertChannels: readonly AlertChannel[];
  /** Format that all outputs want; `undefined`: some want another one, or the usual one. */
  readonly shape: AlertShape | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function resolveOutputs(read: ReadConfig, base: string): ResolvedOutputs {
  const written = [...falcoOutputs(read.raw, base), ...ownOutputs(read.raw)];
  const diagnostics: Diagnostic[] = [];
  const names = new Set<string>();
  const files = new Map<string, string>();
  const shape = commonShape(written, read.raw.json_output ?? false);
  const channels = new Channels(shape);
  const outputs = written.flatMap((one): OutputConfig[] => {
    const wrong = problemsOf(one.raw, one.path.join('.'));
    const name = one.raw.name ?? one.defaultName;
    if (names.has(name)) wrong.push({ message: `a second output with the name \`${name}\`` });
    names.add(name);
    const file = fileOf(one.raw, base);
    const other = file === undefined ? undefined : files.get(file);
    if (other !== undefined) wrong.push(sameFile(one, other));
    else if (file !== undefined) files.set(file, name);
    for (const { message, hint } of wrong) {
      const primary = read.labelOf(one.path);
      diagnostics.push(createDiagnostic('CONFIG_SCHEMA', { message, hint, primary }));
    }
    if (wrong.length > 0) return [];
    const folder = read.raw.data_dir === undefined ? undefined : resolve(base, read.raw.data_dir);
    const isJson = read.raw.json_output ?? false;
    const filterPlaces = placesOf(one, read);
    return [toOutput(one, name, { base, folder, isJson, filterPlaces }, channels)];
  });
  if (written.length === 0)
    diagnostics.push(createDiagnostic('OUTPUT_NONE', { message: 'no output is enabled' }));
  return { outputs, alertChannels: channels.all, shape, diagnostics };
}

function falcoOutputs(raw: RawConfig, base: string): Written[] {
  const found: Written[] = [];
  if (raw.stdout_output?.enabled ?? true)
    found.push({ raw: { type: 'stdout' }, path: ['stdout_output'], defaultName: 'stdout' });
  const add = (type: OutputType, key: keyof RawConfig, values: Omit<RawOutput, 'type'>): void => {
    const mayBeMissing = type === 'syslog';
    found.push({ raw: { ...values, type }, path: [key], defaultName: type, mayBeMissing });
  };
  if (raw.syslog_output?.enabled)
    add('syslog', 'syslog_output', { address: `unix:${LOCAL_SYSLOG}` });
  if (raw.file_output?.enabled) {
    const { filename = '', keep_alive = false } = raw.file_output;
    add('file', 'file_output', { filename, keep_alive });
  }
  if (raw.http_output?.enabled) {
    const { mtls = false, keep_alive = false, ...http } = raw.http_output;
    // An unanswered request is retried in any case.
    const { enabled: _, max_consecutive_timeouts: __, ...told } = http;
    const { client_cert, client_key, ca_cert, ca_bundle, ca_path, url = '', ...rest } = told;
    // Falco's own file names places for certificates, which matter only to those who have put some there.
    const folder = ca_path && existsSync(resolve(base, ca_path)) ? ca_path : undefined;
    const isChecked = url.startsWith('https:') && rest.insecure !== true;
    const tls = isChecked ? { ca_cert, ca_bundle, ca_path: folder } : {};
    const own = mtls ? { client_cert, client_key } : {};
    add('http', 'http_output', { ...rest, url, keep_alive, ...withoutEmpty({ ...tls, ...own }) });
  }
  if (raw.program_output?.enabled) {
    const { program = '', keep_alive = false } = raw.program_output;
    add('program', 'program_output', { program, keep_alive });
  }
  return found;
}

/** Falco's file has `ca_cert: ""`, which is as good as nothing. */
function withoutEmpty(values: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}

function ownOutputs({ outputs = [] }: RawConfig): Written[] {
  if (!Array.isArray(outputs)) return [];
  return outputs.flatMap((raw, index) => {
    const before = outputs.slice(0, index).filter(({ type }) => type === raw.type).length;
    const defaultName = `${raw.type}-${before + 1}`;
    return (raw.enabled ?? true) ? [{ raw, path: ['outputs', index], defaultName }] : [];
  });
}

/** Devices and pipes take lines of several outputs. */
function fileOf({ type, filename }: RawOutput, base: string): string | undefined {
  if (type !== 'file' || filename === undefined || filename === '') return undefined;
  const path = resolve(base, filename);
  return isFile(path) ? path : undefined;
}

/** What fails there fails for good. */
function isDevice(target: OutputTarget): boolean {
  return target.type === 'stdout' || (target.type === 'file' && !isFile(target.path));
}

/** Or may become one. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  } catch {
    return true;
  }
}

function sameFile({ path, raw }: Written, other: string): OutputProblem {
  return {
    message: `\`${path.join('.')}\` writes to ${raw.filename}, as output \`${other}\` does`,
    hint: 'give each output a file of its own',
  };
}

function placesOf({ raw, path }: Written, { labelOf }: ReadConfig): FilterPlaces {
  const each = (key: 'rules' | 'tags' | 'sources') =>
    (raw[key] ?? []).map((_, index) => labelOf([...path, key, index]));
  return {
    output: labelOf(path),
    rules: each('rules'),
    tags: each('tags'),
    sources: each('sources'),
  };
}

interface Places {
  /** As all alerts look. */
  readonly isJson: boolean;
  readonly base: string;
  /** `data_dir`. */
  readonly folder: string | undefined;
  readonly filterPlaces: FilterPlaces;
}

function toOutput(
  { raw, mayBeMissing = false }: Written,
  name: string,
  places: Places,
  channels: Channels,
): OutputConfig {
  const target = toTarget(raw, places.base);
  const channel = toChannel(raw, places.isJson);
  const usual = { kind: places.isJson ? 'json' : 'text', hasRawEvent: false } as const;
  return {
    name,
    channel: channels.positionOf(channel),
    filter: channel.filter,
    places: places.filterPlaces,
    target,
    destination: destinationOf(target, channel.shape ?? usual),
    delivery: isDevice(target) ? undefined : toDelivery(raw, name, places),
    mayBeMissing,
  };
}

/** Outputs that want the same have one. */
class Channels {
  readonly all: AlertChannel[] = [];
  readonly #keys: string[] = [];
  /** What all get is this. */
  readonly #usual: AlertShape | undefined;

  constructor(usual: AlertShape | undefined) {
    this.#usual = usual;
  }

  /** `undefined`: it is what all get. */
  positionOf(channel: AlertChannel): number | undefined {
    const { minimumPriority, ...lists } = channel.filter;
    const takesAll = minimumPriority === 'Debug' && Object.values(lists).every((one) => !one);
    const { shape } = channel;
    const isUsual =
      shape === undefined || (this.#usual !== undefined && sameShape(shape, this.#usual));
    if (isUsual && takesAll) return undefined;
    const key = JSON.stringify(channel);
    const known = this.#keys.indexOf(key);
    if (known !== -1) return known;
    this.all.push(channel);
    return this.#keys.push(key) - 1;
  }
}

/** Avoids formatting a line that no output uses. */
function commonShape(written: readonly Written[], isJson: boolean): AlertShape | undefined {
  const shapes = written.map(({ raw }) => toChannel(raw, isJson).shape);
  const [first] = shapes;
  const isCommon = shapes.every((one) => one && first && sameShape(one, first));
  return isCommon ? first : undefined;
}

function toChannel(raw: RawOutput, isJson: boolean): AlertChannel {
  const { format, template, raw_event: hasRawEvent = false, priority, rules, tags, sources } = raw;
  const filter = { minimumPriority: toPriority(priority), rules, tags, sources };
  if (format === undefined && template === undefined && !hasRawEvent)
    return { shape: undefined, filter };
  const usual = template === undefined ? (isJson ? 'json' : 'text') : 'template';
  return { shape: { kind: format ?? usual, hasRawEvent, template }, filter };
}

/** Falco takes `info` for the longer word, and either case. */
export function toPriority(text: string | undefined): Priority {
  const wanted = (text ?? 'debug').toLowerCase();
  const full = wanted === 'info' ? 'informational' : wanted;
  return PRIORITIES.find((priority) => priority.toLowerCase() === full) ?? 'Debug';
}

function toDelivery(raw: RawOutput, name: string, { base, folder }: Places): DeliveryConfig {
  const { retry = {}, spool = {}, dead_letter_file: deadLetters } = raw;
  const { max_size: sizeMax = SPOOL_SIZE_MAX } = spool === false ? {} : spool;
  const place = spool === false ? undefined : spoolPlace(spool.path, { base, folder });
  const isEach = raw.type === 'program' && raw.keep_alive !== true;
  const tries =
    retry.max_tries ?? (isEach ? TRIES_OF_PROGRAM : place === undefined ? TRIES_WITHOUT_SPOOL : 0);
  const pauseMinMs = retry.min_pause ?? PAUSE_MIN_MS;
  return {
    batchSizeMax: raw.batch_size ?? BATCH_SIZES[raw.type] ?? BATCH_SIZE,
    triesMax: tries === 0 ? undefined : tries,
    pauseMinMs,
    pauseMaxMs: Math.max(pauseMinMs, retry.max_pause ?? PAUSE_MAX_MS),
    spool: place && { ...place, sizeMax },
    deadLetterFile:
      deadLetters === undefined
        ? folder && join(folder, 'undelivered', `${name}.jsonl`)
        : resolve(base, deadLetters),
  };
}

function spoolPlace(
  path: string | undefined,
  { base, folder }: Pick<Places, 'base' | 'folder'>,
): Omit<SpoolConfig, 'sizeMax'> | undefined {
  if (path !== undefined) return { folder: resolve(base, path), isShared: false };
  return folder === undefined ? undefined : { folder: join(folder, 'spool'), isShared: true };
}
