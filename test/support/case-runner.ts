/*
 * One case of test/cases: a configuration, rules and events, and what becomes of them. Everything runs as a program
 * that embeds the engine runs it, with plugins in their threads.
 */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import type { Config } from '../../engine/config/config.ts';
import { loadConfig } from '../../engine/config/load-config.ts';
import { type Diagnostic, hasErrors, type Label } from '../../engine/diagnostic/diagnostic.ts';
import { positionAt } from '../../engine/diagnostic/text-document.ts';
import { openOutputs } from '../../engine/outputs/open-outputs.ts';
import { buildEngine } from '../../engine/run/engine/build-engine.ts';
import { openEvaluator } from '../../engine/run/engine/evaluator.ts';
import { loadAll } from '../../engine/run/load/load-all.ts';
import { REPOSITORY } from './run-program.ts';
import type { ScratchFolder } from './scratch-folder.ts';

export interface Case {
  readonly name: string;
  /** `bundled`: those that ship. Several files, by name, are loaded in order. */
  readonly rules?: string | Readonly<Record<string, string>>;
  readonly config?: string;
  /** `KEY=VALUE`, as after `-o`. */
  readonly options?: readonly string[];
  /** Objects become JSON; a text is an event as it is. */
  readonly events?: readonly unknown[];
  /**
   * What is wrong, or worth knowing: `severity CODE line:character message`, labels and hint behind it. Left out: there
   * is no error.
   */
  readonly findings?: readonly string[];
  /** `EVENT RULE: PRIORITY output`, in order. */
  readonly alerts?: readonly string[];
  /** Files that outputs have written, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Parts of the configuration, by their path in it; `null`: it is not set. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What a case expects, found. */
export type Found = Pick<Case, 'findings' | 'alerts' | 'files' | 'settings'>;

export async function runCase(one: Case, folder: ScratchFolder): Promise<Found> {
  const { value: config, diagnostics } = loadCase(one, folder);
  const isLoadedOnly = one.alerts === undefined && one.files === undefined;
  const ofRules =
    config === undefined || one.settings !== undefined ? [] : (await loadAll(config)).diagnostics;
  const findings = [...diagnostics, ...ofRules].map((found) => textOf(found, folder));
  const isWrong = hasErrors([...diagnostics, ...ofRules]);
  const asked = one.findings === undefined && !isWrong ? {} : { findings };
  if (config === undefined || isWrong) return asked;
  if (one.settings !== undefined) return { ...asked, settings: settingsOf(config, one.settings) };
  if (isLoadedOnly) return asked;
  return one.files === undefined
    ? { ...asked, alerts: await alertsOf(config, one.events ?? []) }
    : { ...asked, files: await filesOf(config, one.files, folder) };
}

const BUNDLED = join(REPOSITORY, 'rules/aws_cloudtrail_rules.yaml');

function loadCase(one: Case, folder: ScratchFolder): ReturnType<typeof loadConfig> {
  const { rules, config, options = [], events, files } = one;
  const texts = typeof rules === 'object' ? rules : { 'rules.yaml': rules ?? '[]' };
  const rulesFiles = Object.entries(texts).map(([name, text]) => folder.write(name, text));
  const eventsFile = folder.write('events.jsonl', (events ?? []).map(toLine).join('\n'));
  const isRun = files !== undefined;
  return loadConfig({
    configFile: config === undefined ? undefined : folder.write('tiercel.yaml', config),
    rulesFiles: rules === undefined ? [] : rules === 'bundled' ? [BUNDLED] : rulesFiles,
    options,
    plugin: isRun ? 'cloudtrail' : undefined,
    openParams: isRun ? eventsFile : undefined,
  });
}

const toLine = (event: unknown): string =>
  typeof event === 'string' ? event : JSON.stringify(event);

async function alertsOf(config: Config, events: readonly unknown[]): Promise<string[]> {
  const { value: evaluator, diagnostics } = await openEvaluator(config, 'aws_cloudtrail');
  if (evaluator === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  try {
    const { alerts } = await evaluator.evaluate(events.map((event) => ({ data: toLine(event) })));
    return alerts.map(({ eventNumber, rule, line }) => {
      // The time is that of the event: outputs have cases of their own.
      const said = line.replace(/^\S+: /, '');
      return `${eventNumber} ${rule}: ${said}`;
    });
  } finally {
    await evaluator.close();
  }
}

async function filesOf(
  config: Config,
  wanted: Readonly<Record<string, string>>,
  folder: ScratchFolder,
): Promise<Record<string, string>> {
  for (const name of Object.keys(wanted)) rmSync(join(folder.path, name), { force: true });
  const { value: outputs, diagnostics } = await openOutputs(config);
  if (outputs === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const { engine } = await buildEngine(config);
  if (engine === undefined) throw new Error('no engine');
  await engine.run({
    deliver: (alerts) => outputs.deliver(alerts),
    closeOutputs: () => outputs.close(),
  });
  return Object.fromEntries(
    Object.keys(wanted).map((name) => {
      const path = join(folder.path, name);
      if (!existsSync(path)) return [name, '(no such file)'];
      return [name, readFileSync(path, 'utf8').replaceAll(hostname(), 'HOST')];
    }),
  );
}

function settingsOf(
  config: Config,
  wanted: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], config);
  return Object.fromEntries(Object.keys(wanted).map((path) => [path, at(path) ?? null]));
}

function textOf(
  { severity, code, message, primary, context, hint }: Diagnostic,
  folder: ScratchFolder,
): string {
  const nameOf = ({ document }: Label): string => {
    const name = relative(folder.path, document.name);
    return name === 'rules.yaml' ? '' : `${name} `;
  };
  const at = primary && positionAt(primary.document, primary.span.start);
  const place = at === undefined ? '' : ` ${primary && nameOf(primary)}${at.line}:${at.character}`;
  const from = context.map((label) => {
    const { line } = positionAt(label.document, label.span.start);
    return `\nfrom ${nameOf(label)}${line}: ${label.text}`;
  });
  const help = hint === undefined ? '' : `\nhint: ${hint}`;
  const text = `${severity} ${code}${place} ${message}${from.join('')}${help}`;
  return text.replaceAll(`${folder.path}/`, '');
}
