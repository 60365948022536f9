/*
 * Defaults, then tiercel.yaml, then the command line: one frozen configuration. What the file says is
 * checked by schemas/config.schema.json, with positions; what options make of it is checked again.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { didYouMean } from '../base/did-you-mean.ts';
import { packageRoot } from '../base/package-root.ts';
import { PRIORITIES, type Priority } from '../base/priority.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { createTextDocument } from '../diagnostic/text-document.ts';
import type { AppendOutput, RuleSelection } from '../rules/load-options.ts';
import { validateAgainst } from '../schema/validate.ts';
import { readYamlDocument } from '../schema/yaml-document.ts';
import type { Config, PluginConfig } from './config.ts';
import { applyOption } from './option-override.ts';

export interface ConfigRequest {
  /** Path of tiercel.yaml; `undefined`: none is read. */
  readonly configFile: string | undefined;
  /** From -r; they replace `rules_files`. */
  readonly rulesFiles: readonly string[];
  /** From -o, in order. */
  readonly options: readonly string[];
  /** The source plugin named on the command line, and what it opens. */
  readonly plugin: string | undefined;
  readonly openParams: string | undefined;
}

/** The file's keys; everything may be absent. */
interface RawConfig {
  rules_files?: string[];
  load_plugins?: string[];
  plugins?: RawPlugin[];
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
  time_format_iso_8601?: boolean;
  stdout_output?: { enabled?: boolean };
  file_output?: { enabled?: boolean; filename?: string; keep_alive?: boolean };
  cache_dir?: string;
}

interface RawPlugin {
  name: string;
  library_path?: string;
  init_config?: unknown;
  open_params?: string;
  grants?: string[];
}

interface RawAppendOutput {
  match?: { source?: string; rule?: string; tags?: string[] };
  extra_output?: string;
  extra_fields?: (string | Record<string, string>)[];
  suggested_output?: boolean;
}

export function loadConfig(request: ConfigRequest): Checked<Config> {
  const diagnostics: Diagnostic[] = [];
  const raw = readRaw(request, diagnostics);
  if (raw === undefined) return { value: undefined, diagnostics };
  const base =
    request.configFile === undefined ? process.cwd() : dirname(resolve(request.configFile));
  const plugins = resolvePlugins(raw, { request, base, diagnostics });
  const config: Config = Object.freeze({
    rulesFiles: rulesFilesOf(raw, request, base),
    plugins,
    ruleLoad: {
      minimumPriority: toPriority(raw.priority),
      selections: (raw.rules ?? []).flatMap(toSelections),
      appendOutput: (raw.append_output ?? []).map(toAppendOutput),
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
      timeFormatIso8601: raw.time_format_iso_8601 ?? false,
      hostname: hostname(),
    },
    stdoutOutput: { enabled: raw.stdout_output?.enabled ?? true },
    fileOutput: {
      enabled: raw.file_output?.enabled ?? false,
      filename: resolve(base, raw.file_output?.filename ?? './events.txt'),
      keepAlive: raw.file_output?.keep_alive ?? false,
    },
    cacheDirectory:
      raw.cache_dir === undefined ? defaultCacheDirectory() : resolve(base, raw.cache_dir),
  });
  return { value: config, diagnostics };
}

function readRaw(request: ConfigRequest, diagnostics: Diagnostic[]): RawConfig | undefined {
  const path = request.configFile;
  let text = '{}';
  if (path !== undefined) {
    try {
      text = expandEnvironment(readFileSync(path, 'utf8'));
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      const message = `cannot read the configuration ${path}: ${reason}`;
      diagnostics.push(createDiagnostic('CONFIG_UNREADABLE', { message }));
      return undefined;
    }
  }
  const document = createTextDocument(path ?? 'the command line', text);
  const yaml = readYamlDocument(document);
  for (const { message, span } of yaml.errors) {
    diagnostics.push(
      createDiagnostic('CONFIG_SYNTAX', { message, primary: { document, span, text: 'here' } }),
    );
  }
  if (diagnostics.length > 0) return undefined;
  if (yaml.value !== null) {
    for (const { message, span, hint } of validateAgainst('config', yaml)) {
      const primary = { document, span, text: 'here' };
      diagnostics.push(createDiagnostic('CONFIG_SCHEMA', { message, hint, primary }));
    }
  }
  if (diagnostics.length > 0) return undefined;
  const raw = { ...(yaml.value as Record<string, unknown> | null) };
  for (const option of request.options) {
    const problem = applyOption(raw, option);
    if (problem !== undefined)
      diagnostics.push(createDiagnostic('CONFIG_OPTION', { message: problem }));
  }
  const overridden = readYamlDocument(createTextDocument('-o options', JSON.stringify(raw)));
  for (const { message, hint } of request.options.length > 0
    ? validateAgainst('config', overridden)
    : []) {
    diagnostics.push(createDiagnostic('CONFIG_OPTION', { message: `-o: ${message}`, hint }));
  }
  return diagnostics.length > 0 ? undefined : (raw as RawConfig);
}

/** `${NAME}` is the variable's value, `$${NAME}` stays as it is without one dollar (Falco). */
function expandEnvironment(text: string): string {
  return text.replace(/\$?\$\{(\w+)\}/g, (match, name: string) => {
    return match.startsWith('$$') ? match.slice(1) : (process.env[name] ?? '');
  });
}

function rulesFilesOf(raw: RawConfig, request: ConfigRequest, base: string): string[] {
  if (request.rulesFiles.length > 0) return request.rulesFiles.map((path) => resolve(path));
  if (raw.rules_files !== undefined && raw.rules_files.length > 0) {
    return raw.rules_files.map((path) => resolve(base, path));
  }
  return request.plugin === undefined ? [] : defaultRules(request.plugin);
}

/** The rules that ship for a bundled source plugin. */
function defaultRules(plugin: string): string[] {
  const names: Readonly<Record<string, string>> = { cloudtrail: 'aws_cloudtrail_rules.yaml' };
  const name = names[plugin];
  return name === undefined ? [] : [join(packageRoot(), 'rules', name)];
}

/** Names of the plugins that ship with the engine. */
export function bundledPlugins(): string[] {
  const folder = join(packageRoot(), 'dist', 'plugins');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => name.slice(0, -'.wasm'.length))
    .sort();
}

export function bundledPluginPath(name: string): string {
  return join(packageRoot(), 'dist', 'plugins', `${name}.wasm`);
}

interface PluginContext {
  readonly request: ConfigRequest;
  readonly base: string;
  readonly diagnostics: Diagnostic[];
}

/** The plugins to load: those named, the one on the command line, and the bundled json extractor. */
function resolvePlugins(raw: RawConfig, context: PluginContext): PluginConfig[] {
  const { request } = context;
  const declared = raw.plugins ?? [];
  const names = new Set(raw.load_plugins ?? declared.map(({ name }) => name));
  if (names.size === 0) for (const name of ['cloudtrail', 'json']) names.add(name);
  if (request.plugin !== undefined) {
    names.add(pluginNameOf(request.plugin));
    names.add('json');
  }
  const plugins: PluginConfig[] = [];
  for (const name of names) {
    const plugin = resolvePlugin(name, declared, context);
    if (plugin !== undefined) plugins.push(plugin);
  }
  return plugins;
}

/** The argument may be a path to a .wasm file. */
function pluginNameOf(argument: string): string {
  return argument.endsWith('.wasm')
    ? (argument.split(/[\\/]/).at(-1) ?? '').slice(0, -'.wasm'.length)
    : argument;
}

function resolvePlugin(
  name: string,
  declared: readonly RawPlugin[],
  { request, base, diagnostics }: PluginContext,
): PluginConfig | undefined {
  const raw = declared.find((plugin) => plugin.name === name);
  const isNamed = request.plugin !== undefined && pluginNameOf(request.plugin) === name;
  const isPath = isNamed && request.plugin?.endsWith('.wasm') === true;
  const bundled = bundledPlugins();
  if (raw?.library_path === undefined && !isPath && !bundled.includes(name)) {
    const near = didYouMean(name, [...bundled, ...declared.map((plugin) => plugin.name)]);
    diagnostics.push(
      createDiagnostic('CONFIG_UNKNOWN_PLUGIN', {
        message: `unknown plugin \`${name}\``,
        hint:
          near === undefined
            ? `bundled plugins: ${bundled.join(', ')}`
            : `did you mean \`${near}\`?`,
      }),
    );
    return undefined;
  }
  const openParams =
    isNamed && request.openParams !== undefined ? request.openParams : raw?.open_params;
  const libraryPath = isPath
    ? resolve(request.plugin ?? '')
    : raw?.library_path === undefined
      ? bundledPluginPath(name)
      : resolve(base, raw.library_path);
  return {
    name,
    libraryPath,
    initConfig: initConfigText(raw?.init_config),
    openParams:
      openParams === undefined || openParams === ''
        ? openParams
        : locationOf(openParams, isNamed ? process.cwd() : base),
    grants: raw?.grants ?? [],
  };
}

/** Paths become absolute, URLs stay. */
function locationOf(openParams: string, base: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//.test(openParams) ? openParams : resolve(base, openParams);
}

function initConfigText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function toPriority(text: string | undefined): Priority {
  const wanted = (text ?? 'debug').toLowerCase();
  const full = wanted === 'info' ? 'informational' : wanted;
  return PRIORITIES.find((priority) => priority.toLowerCase() === full) ?? 'Debug';
}

function toSelections(entry: NonNullable<RawConfig['rules']>[number]): RuleSelection[] {
  return (['enable', 'disable'] as const).flatMap((action): RuleSelection[] => {
    const target = entry[action];
    if (target?.rule !== undefined) return [{ action, by: 'rule', pattern: target.rule }];
    if (target?.tag !== undefined) return [{ action, by: 'tag', pattern: target.tag }];
    return [];
  });
}

function toAppendOutput(entry: RawAppendOutput): AppendOutput {
  return {
    match: {
      source: entry.match?.source,
      rule: entry.match?.rule,
      tags: entry.match?.tags ?? [],
    },
    extraOutput: entry.extra_output,
    extraFields: (entry.extra_fields ?? []).flatMap((field): AppendOutput['extraFields'] =>
      typeof field === 'string'
        ? [{ kind: 'field', name: field }]
        : Object.entries(field).map(([name, format]) => ({ kind: 'format', name, format })),
    ),
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
