/**
 * What a program needs to read streams and evaluate rules by itself. Nothing is public that is not named here.
 *
 * User input never throws: what reads it answers `{ value, diagnostics }`, and there is no value where something is
 * wrong.
 * Every example is run by a test; what it prints stands behind `// →`.
 */

/** A configuration that was read: frozen, with absolute paths. */
export type { Config } from './config/config.ts';
/**
 * `tiercel.yaml`, and what would stand on a command line beside it, as one configuration. Keys are Falco's.
 *
 * ```js
 * import { loadConfig } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined, // or 'tiercel.yaml'
 *   rulesFiles: ['my_rules.yaml'],
 *   options: ['json_output=true', 'rule_matching=all'],
 *   plugin: 'cloudtrail',
 *   openParams: 'events.jsonl',
 * });
 * console.log(config.ruleMatching); // → all
 * ```
 */
export { type ConfigRequest, loadConfig } from './config/load-config.ts';
/** One alert: its rule, priority, source, event number, and the finished line. */
export type { Alert } from './detect/alert/alert.ts';
/**
 * Whether something is wrong, or only worth knowing.
 *
 * ```js
 * import { hasErrors, loadConfig } from 'tiercel';
 * const { diagnostics } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: [],
 *   options: ['priorty=notice'],
 *   plugin: 'cloudtrail',
 *   openParams: 'events.jsonl',
 * });
 * console.log(hasErrors(diagnostics)); // → true
 * ```
 */
export { type Diagnostic, hasErrors } from './diagnostic/diagnostic.ts';
/**
 * Diagnostics for people, with the line they are about; `toJson` for programs.
 *
 * ```js
 * import { loadAll, loadConfig, renderText, toJson } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: ['wrong_rules.yaml'],
 *   options: [],
 *   plugin: 'cloudtrail',
 *   openParams: 'events.jsonl',
 * });
 * const { diagnostics } = await loadAll(config);
 * const text = renderText(diagnostics, { color: false });
 * console.log(text.includes('did you mean `ct.name`?')); // → true
 * console.log(toJson(diagnostics)[0].code); // → CONDITION_UNKNOWN_FIELD
 * ```
 */
export { renderText, toJson } from './diagnostic/render.ts';
/**
 * The version of Falco's engine whose rules are understood.
 *
 * ```js
 * import { ENGINE_VERSION } from 'tiercel';
 * console.log(ENGINE_VERSION); // → 0.62.0
 * ```
 */
export { ENGINE_VERSION, type RulesetLoad } from './language/load/load-ruleset.ts';
/** What Falco says of one rules file (`falco -V --json`). */
export type { RulesFileResult } from './language/load/rules-result.ts';
/**
 * All outputs that the configuration names, open: what `deliver` of a run hands its alerts to. They retry, wait on disk
 * and count as those of the command line do; `outputs.reports` says what became of every alert.
 *
 * ```js
 * import { buildEngine, loadConfig, openOutputs } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: ['my_rules.yaml'],
 *   options: ['stdout_output.enabled=false', 'file_output={enabled: true, filename: alerts.txt}'],
 *   plugin: 'cloudtrail',
 *   openParams: 'events.jsonl',
 * });
 * const { value: outputs } = await openOutputs(config);
 * const { engine } = await buildEngine(config);
 * await engine.run({
 *   deliver: (alerts) => outputs.deliver(alerts),
 *   closeOutputs: () => outputs.close(),
 * });
 * console.log(outputs.reports[0].counts.delivered); // → 1
 * ```
 */
export { openOutputs } from './outputs/open-outputs.ts';
/**
 * What a plugin is and asks for, without running anything of it.
 *
 * ```js
 * import { loadConfig, readComponentFile } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: [],
 *   options: [],
 *   plugin: 'cloudtrail',
 *   openParams: undefined,
 * });
 * const { value: file } = readComponentFile(config.plugins[0].libraryPath);
 * console.log(file.manifest.source.name); // → aws_cloudtrail
 * ```
 */
export { readComponentFile } from './plugin/gate/component-file.ts';
/** An event that some rules were not evaluated for, with all that is needed to evaluate it again. */
export type { DeadLetter } from './run/dead-letter/dead-letter.ts';
/**
 * Streams in, alerts out: reads the streams of the configuration until they end or the engine is stopped. Events are
 * acknowledged only after `deliver` took their alerts. `engine.reload(config)` reloads the rules meanwhile.
 *
 * ```js
 * import { buildEngine, loadConfig } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: ['my_rules.yaml'],
 *   options: [],
 *   plugin: 'cloudtrail',
 *   openParams: 'events.jsonl',
 * });
 * const { engine } = await buildEngine(config);
 * const stop = new AbortController(); // stop.abort() ends it
 * const summary = await engine.run({
 *   signal: stop.signal,
 *   deliver: async (alerts) => {
 *     for (const { rule, eventNumber } of alerts) console.log(rule, eventNumber); // → Console login without MFA 1
 *   },
 * });
 * console.log(summary.events, summary.alertsTotal); // → 1 1
 * ```
 */
export { buildEngine } from './run/engine/build-engine.ts';
/** A run that was made ready by `buildEngine`. */
export type { Engine } from './run/engine/engine.ts';
/** What a run looks like while it goes on: streams, rules, plugins. */
export type { EngineStatus } from './run/engine/engine-status.ts';
/**
 * Events that the program has itself, evaluated without a stream; plugins run in threads of their own all the same.
 *
 * ```js
 * import { loadConfig, openEvaluator } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: ['my_rules.yaml'],
 *   options: [],
 *   plugin: 'cloudtrail',
 *   openParams: undefined,
 * });
 * const { value: evaluator } = await openEvaluator(config, 'aws_cloudtrail');
 * const login = { eventName: 'ConsoleLogin', additionalEventData: { MFAUsed: 'No' } };
 * const { alerts } = await evaluator.evaluate([
 *   { data: JSON.stringify({ eventName: 'DeleteTrail' }) },
 *   { data: JSON.stringify(login), time: 1_767_323_045_000_000_000n },
 * ]);
 * console.log(alerts[0].eventNumber, alerts[0].rule); // → 2 Console login without MFA
 * await evaluator.close();
 * ```
 */
export {
  type EvaluatedEvents,
  type Evaluator,
  type GivenEvent,
  openEvaluator,
} from './run/engine/evaluator.ts';
/** The callbacks of a run, and the signal that stops it. */
export type { RunOptions } from './run/engine/run-options.ts';
/** What a run did, with the count of everything that was not evaluated. */
export type { RunSummary } from './run/engine/run-summary.ts';
/**
 * Plugins and rules read and checked, without reading an event.
 *
 * ```js
 * import { loadAll, loadConfig } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: ['my_rules.yaml'],
 *   options: [],
 *   plugin: 'cloudtrail',
 *   openParams: undefined,
 * });
 * const { rulesetLoad } = await loadAll(config);
 * console.log(rulesetLoad.rules.map(({ name }) => name)); // → [ 'Console login without MFA' ]
 * ```
 */
export { type Loaded, loadAll } from './run/load/load-all.ts';
/**
 * Takes `data_dir`, where checkpoints and spools are, for this process. Where the configuration has one, this is done
 * before `buildEngine` and `openOutputs`. An error says who uses it.
 *
 * ```js
 * import { hasErrors, loadConfig, lockDataDirectory } from 'tiercel';
 * const { value: config } = loadConfig({
 *   configFile: undefined,
 *   rulesFiles: [],
 *   options: ['data_dir=./state'],
 *   plugin: 'cloudtrail',
 *   openParams: 'events.jsonl',
 * });
 * const lock = await lockDataDirectory(config);
 * console.log(hasErrors(lock.diagnostics)); // → false
 * await lock.release();
 * ```
 */
export { lockDataDirectory } from './run/load/lock-data-directory.ts';
