/* `tiercel run`: read, evaluate, alert; then say what was done, and what was not. */

import { printable } from '../../base/printable.ts';
import { countOf } from '../../base/quantity.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { Config } from '../../config/config.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  hasErrors,
} from '../../diagnostic/diagnostic.ts';
import { renderText } from '../../diagnostic/render.ts';
import type { OutputSet } from '../../outputs/delivery/output-set.ts';
import { type OutputHost, openOutputs } from '../../outputs/open-outputs.ts';
import { DeadLetterFile } from '../../run/dead-letter/dead-letter-file.ts';
import { buildEngine } from '../../run/engine/build-engine.ts';
import type { Engine } from '../../run/engine/engine.ts';
import { lockDataDirectory } from '../../run/load/lock-data-directory.ts';
import { openService, type Service, type ServiceOptions } from '../../service/service.ts';
import { EXIT } from '../console/exit-code.ts';
import {
  configFileOf,
  judge,
  type LoadArguments,
  loadConfigFor,
  type SourceArguments,
} from '../console/load.ts';
import { outputHost } from '../console/output-host.ts';
import { ProgressBar } from '../console/progress-bar.ts';
import { ProgressGuard } from '../console/progress-guard.ts';
import { exitCodeOf, reportEvents, reportFailures, type Tell } from '../console/run-events.ts';
import { createRunLog, type RunLog } from '../console/run-log.ts';
import {
  hasLosses,
  type RunReport,
  renderLosses,
  renderSummary,
  summaryFields,
} from '../console/run-report.ts';
import { findServiceManager } from '../console/service-manager.ts';
import { stopOnSignals } from '../console/stop-on-signals.ts';
import { say as sayTo, type Terminal } from '../console/terminal.ts';

export interface RunArguments extends LoadArguments, SourceArguments {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly follow: boolean;
  /** As it was typed. */
  readonly workers: string | undefined;
}

export async function runCommand(args: RunArguments, terminal: Terminal): Promise<number> {
  const options = [
    ...(args.json ? ['json_output=true'] : []),
    ...args.options,
    ...(args.follow ? ['follow=true'] : []),
    ...(args.workers === undefined ? [] : [`workers=${args.workers}`]),
  ];
  const load = (): Checked<Config> => loadConfigFor({ ...args, options }, args);
  const { value: config, diagnostics } = load();
  if (config === undefined || hasErrors(diagnostics)) {
    sayTo(terminal, renderText(diagnostics, terminal));
    return EXIT.invalid;
  }
  const bar = new ProgressBar(terminal);
  const log = await createRunLog(config, terminal, () => bar.clear());
  const lock = await lockDataDirectory(config);
  try {
    const locked = judge(lock.diagnostics, args);
    if (hasErrors(locked)) return refuse(locked, log);
    const build = await buildEngine(config);
    const found = [...diagnostics, ...locked, ...judge(build.diagnostics, args)];
    if (build.engine === undefined || hasErrors(found)) return refuse(found, log);
    show(found, args.quiet, log);
    const configFile = configFileOf(args);
    const { quiet: isQuiet, isStrict } = args;
    const context = { config, configFile, load, terminal, bar, log, isQuiet, isStrict };
    return await runEngine(build.engine, context);
  } finally {
    await lock.release();
  }
}

function show(found: readonly Diagnostic[], isQuiet: boolean, log: RunLog): void {
  const shown = isQuiet ? found.filter(changesAlerts) : found;
  if (shown.length === 0) return;
  if (!isQuiet) log.diagnostics(shown);
  else for (const { message, severity } of shown) log.say(severity, `tiercel: ${message}`);
}

/** Warnings that alerts differ, or go elsewhere, than the files' author expects: shown even with `-q`. */
function changesAlerts({ code, falcoCode }: Diagnostic): boolean {
  return CHANGING_ALERTS.includes(code) || (LINTS.includes(code) && falcoCode === undefined);
}

const LINTS: readonly Diagnostic['code'][] = [
  'RULE_UNKNOWN_KEY',
  'RULE_KEY_REPEATED',
  'RULE_REPEATED',
  'CONDITION_NEVER_HOLDS',
  'CONDITION_UNKNOWN_LIST',
];
const CHANGING_ALERTS: readonly Diagnostic['code'][] = [
  'CONFIG_NOT_SUPPORTED',
  'CONFIG_SELECTION_UNUSED',
  'RULE_UNKNOWN_SOURCE',
  'OUTPUT_MISSING',
  'SPOOL_UNCLAIMED',
  'DATA_DIR_NOT_LOCKED',
];

function refuse(diagnostics: readonly Diagnostic[], log: RunLog): number {
  log.diagnostics(diagnostics);
  return EXIT.invalid;
}

interface RunContext {
  readonly config: Config;
  readonly configFile: string | undefined;
  /** Reads the configuration again. */
  readonly load: () => Checked<Config>;
  readonly terminal: Terminal;
  readonly bar: ProgressBar;
  readonly log: RunLog;
  readonly isQuiet: boolean;
  /** Warnings are errors. */
  readonly isStrict: boolean;
}

async function runEngine(engine: Engine, context: RunContext): Promise<number> {
  const { bar, log, isQuiet } = context;
  const tell: Tell = (level, text, fields) => {
    if (!isQuiet) log.say(level, text, fields);
  };
  const abort = new AbortController();
  const opened = await openParts(engine, context, { tell, abort });
  if (!('outputs' in opened)) return refuse(opened, log);
  const { outputs, setAside, service } = opened;
  const stop = stopOnSignals(abort);
  const guard = new ProgressGuard({
    status: () => engine.status(),
    manager: findServiceManager(process.env),
    say: (message) => log.say('error', message),
    render: (message) => log.render('error', message),
    end: () => process.exit(EXIT.stalled),
  });
  try {
    const summary = await engine.run({
      signal: abort.signal,
      deliver: async (alerts) => {
        bar.clear();
        service.show(alerts);
        return await outputs.deliver(alerts);
      },
      closeOutputs: async () => {
        setAside?.stopWaiting();
        await service.endSnapshots();
        await outputs.close({ untilMs: () => stop.endMs });
      },
      ...(setAside === undefined
        ? {}
        : {
            onDeadLetters: (letters) => setAside.write(letters),
            onPoisonMessage: (letter) => setAside.writeMessage(letter),
          }),
      ...reportEvents(tell),
      ...(bar.isWanted && !isQuiet ? { onProgress: (progress) => bar.show(progress) } : {}),
    });
    const { signal } = stop;
    const { reports, unclaimed } = outputs;
    return conclude({ summary, outputs: reports, unclaimed, signal, setAside }, isQuiet, log);
  } finally {
    bar.clear();
    stop.release();
    guard.close();
    // Where the run did not come to it: what waits in queues and spools is kept or counted, and files are closed.
    await outputs.abandon();
    await service.close();
  }
}

function conclude(report: RunReport, isQuiet: boolean, log: RunLog): number {
  const { summary } = report;
  reportFailures(summary, log);
  // Where nothing was read, the error above has said it all.
  if (summary.events === 0 && summary.failures.some(({ atStart }) => atStart)) return EXIT.invalid;
  const level = hasLosses(report) ? 'warning' : 'info';
  if (!isQuiet) log.say(level, renderSummary(report), { summary: summaryFields(report) });
  else if (hasLosses(report)) log.say(level, renderLosses(report));
  return exitCodeOf(report);
}

interface OpenedParts {
  readonly outputs: OutputSet;
  readonly setAside: DeadLetterFile | undefined;
  readonly service: Service;
}

/** What the run writes to, and what shows it; or why it cannot begin. */
async function openParts(
  engine: Engine,
  context: RunContext,
  { tell, abort }: { tell: Tell; abort: AbortController },
): Promise<OpenedParts | readonly Diagnostic[]> {
  const { config, configFile, terminal, log, isQuiet } = context;
  const onWarning = (text: string): void => tell('warning', text);
  const onEnd: OutputHost['onEnd'] = ({ name, end }) => {
    if (end !== undefined && !end.isClosedByReader)
      tell('error', `${name}: ended, it gets no more alerts: ${printable(end.reason)}`);
    if (outputs?.isOver === true) abort.abort();
  };
  const host = { ...outputHost(config, terminal, onWarning), onEnd };
  const { value: outputs, diagnostics } = await openOutputs(config, host);
  const setAside = createDeadLetterFile(config, onWarning);
  const found = judge([...diagnostics, ...(await openDeadLetters(setAside))], context);
  if (outputs === undefined || hasErrors(found)) {
    await outputs?.abandon();
    return found;
  }
  const { value: service, diagnostics: ofService } = await openService({
    engine,
    config,
    configFile,
    loadConfig: context.load,
    outputs,
    onWarning,
    onReload: reportReloads(log, isQuiet),
  });
  if (service === undefined) {
    await outputs.abandon();
    return [...found, ...ofService];
  }
  show(found, isQuiet, log);
  const { url } = service;
  if (url !== undefined) tell('info', `status page: ${url}`, { url });
  return { outputs, setAside, service };
}

function reportReloads(log: RunLog, isQuiet: boolean): ServiceOptions['onReload'] {
  return (ruleCount, diagnostics, areOthersChanged) => {
    // Notes were shown at start.
    const severities = isQuiet ? ['error'] : ['error', 'warning'];
    const shown = diagnostics.filter(({ severity }) => severities.includes(severity));
    if (shown.length > 0) log.diagnostics(shown);
    if (ruleCount === undefined)
      log.say('error', 'rules not reloaded: the previous rules stay active');
    else if (!isQuiet)
      log.say('info', `rules reloaded: ${countOf(ruleCount, 'rule')} active`, { ruleCount });
    if (areOthersChanged)
      log.say('warning', 'changes of plugins, streams and outputs take effect after a restart');
  };
}

/** An event that is evaluated again and fails again stays in the file that it came from. */
function createDeadLetterFile(
  { deadLetterFile, deadLettersFrom }: Config,
  tell: (text: string) => void,
): DeadLetterFile | undefined {
  if (deadLetterFile === undefined || deadLetterFile === deadLettersFrom) return undefined;
  return new DeadLetterFile(deadLetterFile, (message) => tell(`${deadLetterFile}: ${message}`));
}

async function openDeadLetters(file: DeadLetterFile | undefined): Promise<Diagnostic[]> {
  try {
    await file?.open();
    return [];
  } catch (error) {
    const message = `dead letter file ${file?.path} cannot be opened: ${systemErrorText(error)}`;
    const hint = 'check that the folder exists and may be written';
    return [createDiagnostic('OUTPUT_UNUSABLE', { message, hint })];
  }
}
