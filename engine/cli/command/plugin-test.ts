/* `tiercel plugin test`: whether a plugin keeps to what the engine expects, point by point. */

import { existsSync, writeFileSync } from 'node:fs';
import pc from 'picocolors';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { printable, printableLines } from '../../base/printable.ts';
import { findPlugin } from '../../config/bundled-plugins.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import { type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { readComponentFile } from '../../plugin/gate/component-file.ts';
import { openEvaluator } from '../../run/engine/evaluator.ts';
import { loadAll } from '../../run/load/load-all.ts';
import type { Figures, PointResult } from '../../tools/conformance/conformance.ts';
import { readSamples } from '../../tools/conformance/read-samples.ts';
import { type Conformance, runConformance } from '../../tools/conformance/run-conformance.ts';
import { EXIT } from '../console/exit-code.ts';
import { junitOf } from '../console/junit.ts';
import { say, type Terminal } from '../console/terminal.ts';

export interface TestArguments {
  /** A file, or a name. */
  readonly plugin: string;
  /** Where events are; `undefined`: in the samples that it carries. */
  readonly openParams: string | undefined;
  readonly isJson: boolean;
  /** Path of a report in JUnit's form. */
  readonly junit: string | undefined;
  readonly isMeasured: boolean;
  /** What follows the first point that fails is not tried. */
  readonly isBailing: boolean;
}

type ComponentFile = NonNullable<ReturnType<typeof readComponentFile>['value']>;

export async function testCommand(args: TestArguments, terminal: Terminal): Promise<number> {
  const path = existsSync(args.plugin) ? args.plugin : (findPlugin(args.plugin) ?? args.plugin);
  const refuse = (diagnostics: readonly Diagnostic[]): number => {
    if (args.isJson)
      terminal.stdout.write(`${JSON.stringify({ diagnostics: toJson(diagnostics) })}\n`);
    else say(terminal, renderText(diagnostics, terminal));
    return EXIT.invalid;
  };
  const { value: file, diagnostics } = readComponentFile(path);
  if (file === undefined) return refuse(diagnostics);
  const { value: samples, diagnostics: unread } = readSamples(file, args.openParams);
  if (samples === undefined) return refuse(unread);
  const { name, version } = file.manifest;
  if (!args.isJson) terminal.stdout.write(`${printable(`${name} ${version}`)}\n`);
  const tell = (result: PointResult): void => {
    if (!args.isJson) terminal.stdout.write(`${lineOf(result, terminal)}\n`);
  };
  const { files, location } = samples;
  const { isMeasured, isBailing } = args;
  const options = { file, files, location, isMeasured, isBailing, onResult: tell };
  const { value: trial, diagnostics: unprepared } = await runConformance(options);
  if (trial === undefined) return refuse(unprepared);
  const results = [...trial.results];
  if (!isBailing || !hasFailed(results)) {
    const ofRules = await tryRules(file, trial, args.openParams === undefined);
    tell(ofRules);
    results.push(ofRules);
  }
  report(args, { file, results, figures: trial.figures }, terminal);
  return hasFailed(results) ? EXIT.invalid : EXIT.ok;
}

function hasFailed(results: readonly PointResult[]): boolean {
  return results.some(({ outcome }) => outcome === 'failed');
}

interface Report {
  readonly file: ComponentFile;
  readonly results: readonly PointResult[];
  readonly figures: Figures | undefined;
}

function report(args: TestArguments, { file, results, figures }: Report, terminal: Terminal): void {
  const { name, version } = file.manifest;
  const count = (outcome: PointResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  if (args.junit !== undefined) writeFileSync(args.junit, junitOf(name, results));
  if (args.isJson) {
    const points = results.map(({ milliseconds, ...rest }) => ({
      ...rest,
      milliseconds: Math.round(milliseconds),
    }));
    const shown = { plugin: name, version, digest: file.digest, ...counts, points, figures };
    terminal.stdout.write(`${printableLines(JSON.stringify(shown, null, 2))}\n`);
    return;
  }
  if (figures !== undefined)
    for (const line of figureLines(figures)) terminal.stdout.write(`${line}\n`);
  const { passed, failed, skipped } = counts;
  terminal.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

const NAME_WIDTH = 22;

function lineOf({ point, outcome, message }: PointResult, { color, stdout }: Terminal): string {
  const colors = pc.createColors(color && stdout.isTTY === true);
  const paint = { passed: colors.green, failed: colors.red, skipped: colors.dim }[outcome];
  return `${paint(outcome.padEnd(8))} ${point.padEnd(NAME_WIDTH)} ${printable(message)}`;
}

function figureLines(figures: Figures): string[] {
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
  const rate = (value: number | undefined): string => (value === undefined ? '-' : whole(value));
  const megabytes = (value: number): string => (value / 1e6).toFixed(1);
  const { sourceBytesPerSecond: bytesPerSecond, startMs } = figures;
  const speed = bytesPerSecond === undefined ? '-' : megabytes(bytesPerSecond);
  return [
    `source       ${rate(figures.sourceEventsPerSecond)} events/s, ${speed} MB/s`,
    `extraction   ${rate(figures.extractEventsPerSecond)} events/s with all fields`,
    `start        ${startMs === undefined ? '-' : startMs.toFixed(1)} ms`,
    `memory       ${megabytes(figures.memoryBytes)} MB`,
    `longest call ${whole(figures.longestCallMs)} ms of ${whole(figures.callMaxMs)} ms`,
  ];
}

/** The rules that it carries: that they load, and that each of its samples' events is worth the name. */
async function tryRules(
  file: ComponentFile,
  { events }: Conformance,
  areSamples: boolean,
): Promise<PointResult> {
  const start = SYSTEM_CLOCK.monotonicMs();
  const done = (outcome: PointResult['outcome'], message: string): PointResult => {
    return { point: 'rules', outcome, message, milliseconds: SYSTEM_CLOCK.monotonicMs() - start };
  };
  const { attachments, manifest, path } = file;
  if (attachments.rules === undefined) return done('skipped', 'it carries no rules');
  const plugin = path.endsWith('.wasm') ? path : `${path}.wasm`;
  const request = { configFile: undefined, rulesFiles: [], options: [], plugin };
  const { value: config } = loadConfig({ ...request, openParams: undefined });
  if (config === undefined) return done('failed', 'the plugin cannot be loaded');
  const { rulesetLoad, diagnostics } = await loadAll(config);
  if (hasErrors(diagnostics)) {
    const [first] = diagnostics.filter(({ severity }) => severity === 'error');
    return done('failed', renderText(first === undefined ? [] : [first], { color: false }));
  }
  const source = manifest.source?.name;
  const { length: ruleCount } = rulesetLoad.rules.filter((rule) => rule.source === source);
  const loaded = `${ruleCount} ${ruleCount === 1 ? 'rule' : 'rules'}`;
  if (source === undefined || events.length === 0) return done('passed', `${loaded} load`);
  const alerts = await alertsOn(events, config, source);
  if (typeof alerts === 'string') return done('failed', `${loaded}; ${alerts}`);
  const rules = new Set(alerts.map(({ rule }: Alert) => rule)).size;
  const said = `${loaded}, ${rules} of them with ${alerts.length} alerts on ${events.length} events`;
  return done(areSamples && alerts.length === 0 ? 'failed' : 'passed', said);
}

/** Returns a text with the reason if there are none. */
async function alertsOn(
  events: Conformance['events'],
  config: Config,
  source: string,
): Promise<readonly Alert[] | string> {
  const { value: evaluator } = await openEvaluator(config, source);
  if (evaluator === undefined) return 'they cannot be evaluated';
  try {
    const { alerts, partial } = await evaluator.evaluate(events);
    return partial.length === 0 ? alerts : 'the plugin failed while they were evaluated';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await evaluator.close();
  }
}
