/* `tiercel run`: read, evaluate, alert; then say what was done, and what was not. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { printable } from '../../base/printable.ts';
import type { Config } from '../../config/config.ts';
import { DeadLetterFile } from '../../dead-letter/dead-letter-file.ts';
import type { Delivery } from '../../deliver/delivery.ts';
import { OutputSet } from '../../deliver/output-set.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  hasErrors,
} from '../../diagnostic/diagnostic.ts';
import { renderText } from '../../diagnostic/render.ts';
import { buildEngine, type Engine, type RunOptions, type RunSummary } from '../../index.ts';
import type { ServiceStatus } from '../../serve/health.ts';
import type { WebServer } from '../../serve/web-server.ts';
import { createOutlets } from '../create-outputs.ts';
import { EXIT } from '../exit-code.ts';
import {
  configFileOf,
  judge,
  type LoadArguments,
  loadConfigFor,
  type SourceArguments,
} from '../load.ts';
import { lockDataDirectory } from '../lock-data-directory.ts';
import { takeSnapshots } from '../metrics-snapshots.ts';
import { openWebServer } from '../open-web-server.ts';
import { ProgressBar } from '../progress-bar.ts';
import { ProgressGuard } from '../progress-guard.ts';
import { Reloader } from '../reloader.ts';
import { reopenOnSignals } from '../reopen-on-signals.ts';
import { createRunLog, type RunLog } from '../run-log.ts';
import {
  hasLosses,
  type RunReport,
  renderLosses,
  renderSummary,
  STOP_SIGNALS,
  type StopSignal,
  summaryFields,
} from '../run-report.ts';
import { findServiceManager } from '../service-manager.ts';
import { countOf, say as sayTo, type Terminal } from '../terminal.ts';
import { UsedFiles } from '../used-files.ts';

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
    const files = new UsedFiles(configFile);
    const context = { config, configFile, files, load, terminal, bar, log, isQuiet, isStrict };
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

/** Alerts are other ones, or elsewhere, than whoever wrote the files expects: said also when nothing else is. */
function changesAlerts({ code, falcoCode }: Diagnostic): boolean {
  const isOurs = code === 'RULE_WARNING' && falcoCode === undefined;
  return isOurs || CHANGING_ALERTS.includes(code);
}

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
  readonly files: UsedFiles;
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
  const { bar, files, log, isQuiet } = context;
  const tell: Tell = (level, text, fields) => {
    if (!isQuiet) log.say(level, text, fields);
  };
  const abort = new AbortController();
  const opened = await openParts(engine, context, { tell, abort });
  if (!('outputs' in opened)) return refuse(opened, log);
  const { outputs, setAside, web } = opened;
  const stop = stopOnSignals(abort);
  const reloader = createReloader(engine, context);
  const reopener = reopenOnSignals(
    () => outputs.reopen(),
    (text) => tell('warning', text),
  );
  const guard = new ProgressGuard({
    status: () => engine.status(),
    manager: findServiceManager(process.env),
    say: (message) => log.say('error', message),
    render: (message) => log.render('error', message),
    end: () => process.exit(EXIT.stalled),
  });
  const endSnapshots = takeSnapshots({
    config: context.config,
    status: () => ({ engine: engine.status(), outputs: outputs.reports, setting: files.setting }),
    deliver: (alerts) => outputs.deliver(alerts),
    say: (text) => tell('warning', text),
  });
  try {
    const summary = await engine.run({
      signal: abort.signal,
      deliver: async (alerts) => {
        bar.clear();
        web?.tail.add(alerts);
        return await outputs.deliver(alerts);
      },
      closeOutputs: async () => {
        setAside?.stopWaiting();
        await endSnapshots();
        await outputs.close({ untilMs: () => stop.endMs });
      },
      ...(setAside === undefined
        ? {}
        : {
            onDeadLetters: (letters) => setAside.write(letters),
            onPoisonMessage: (letter) => setAside.writeMessage(letter),
          }),
      ...reportsTo(tell),
      ...(bar.isWanted && !isQuiet ? { onProgress: (progress) => bar.show(progress) } : {}),
    });
    const { signal } = stop;
    return conclude({ summary, outputs: outputs.reports, signal, setAside }, isQuiet, log);
  } finally {
    bar.clear();
    stop.release();
    reloader.close();
    reopener.release();
    guard.close();
    await endSnapshots();
    // Where the run did not come to it: what waits in queues and spools is kept or counted, and files are closed.
    await outputs.close({ timeMaxMs: 0, untilMs: () => SYSTEM_CLOCK.monotonicMs() });
    await web?.close();
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

/** Says what is left unsaid where a run is to be quiet. */
type Tell = RunLog['say'];

interface OpenedParts {
  readonly outputs: OutputSet;
  readonly setAside: DeadLetterFile | undefined;
  readonly web: WebServer | undefined;
}

/** What the run writes to, and what shows it; or why it cannot begin. */
async function openParts(
  engine: Engine,
  context: RunContext,
  { tell, abort }: { tell: Tell; abort: AbortController },
): Promise<OpenedParts | readonly Diagnostic[]> {
  const { config, terminal, log, isQuiet } = context;
  const onEnd = ({ name, end }: Delivery): void => {
    if (end !== undefined && !end.isClosedByReader)
      tell('error', `${name}: no more alerts go there: ${printable(end.reason)}`);
    if (outputs.isOver) abort.abort();
  };
  const say = (text: string): void => tell('warning', text);
  const { outlets, diagnostics } = await createOutlets({ config, terminal, say, onEnd });
  const outputs = new OutputSet(outlets);
  const setAside = createDeadLetterFile(config, say);
  const opened = [...(await outputs.open()), ...(await openDeadLetters(setAside))];
  const found = judge([...diagnostics, ...opened], context);
  const { files } = context;
  files.update(engine, config);
  const status = (): ServiceStatus => ({
    engine: engine.status(),
    outputs: outputs.reports,
    setting: files.setting,
  });
  const web = hasErrors(found) ? {} : await openWebServer(config, status, say);
  const all = [...found, ...(web.failure === undefined ? [] : [web.failure])];
  if (hasErrors(all)) {
    await outputs.close({ timeMaxMs: 0, untilMs: () => SYSTEM_CLOCK.monotonicMs() });
    return all;
  }
  show(all, isQuiet, log);
  if (web.url !== undefined) tell('info', `how it goes: ${web.url}`, { url: web.url });
  return { outputs, setAside, web: web.server };
}

function createReloader(
  engine: Engine,
  { config, configFile, files, load, log, isQuiet }: RunContext,
): Reloader {
  return new Reloader({
    engine,
    config,
    configFile,
    loadConfig: load,
    onReload: (ruleCount, diagnostics, areOthersChanged) => {
      // What is only worth knowing was said at start.
      const severities = isQuiet ? ['error'] : ['error', 'warning'];
      const shown = diagnostics.filter(({ severity }) => severities.includes(severity));
      if (shown.length > 0) log.diagnostics(shown);
      if (ruleCount !== undefined) files.update(engine, load().value ?? config);
      if (ruleCount === undefined)
        log.say('error', 'rules not read again: those before stay in use');
      else if (!isQuiet)
        log.say('info', `rules read again: ${countOf(ruleCount, 'rule')} in use`, { ruleCount });
      if (areOthersChanged)
        log.say('warning', 'changes of plugins, streams and outputs need a new start');
    },
  });
}

/** What is evaluated again and fails again is in the file that it came from. */
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
    const reason = (error as NodeJS.ErrnoException).code;
    const message = `dead letter file ${file?.path} cannot be opened: ${reason}`;
    return [createDiagnostic('OUTPUT_UNUSABLE', { message })];
  }
}

function reportsTo(tell: Tell): Pick<RunOptions, 'onProblem' | 'onFault' | 'onLog'> {
  return {
    onProblem: ({ severity, subject, line, message }) => {
      const what = severity === 'lost' ? 'not read' : 'warning';
      const place = line > 0 ? `${subject}:${line}` : subject;
      const text = `${what}: ${printable(place)}: ${printable(message)}`;
      tell('warning', text, { problem: { severity, subject, line } });
    },
    onFault: ({ plugin, kind, message, eventNumber }) => {
      const event = eventNumber === undefined ? '' : `, event ${eventNumber} goes on without it`;
      const text = `plugin \`${plugin}\`: ${kind}: ${printable(message)}${event}`;
      tell('warning', text, { fault: { plugin, kind, eventNumber } });
    },
    onLog: ({ plugin, level, message }) =>
      tell(level, `${plugin} ${level}: ${printable(message)}`, { plugin }),
  };
}

/** Whatever streams, outputs and disks do: whoever stops a program kills it some time later. */
const STOP_TIME_MAX_MS = 4_500;

interface SignalStop {
  /** The one that came, if one did. */
  readonly signal: StopSignal | undefined;
  /** When all has to be over, as `SYSTEM_CLOCK.monotonicMs` tells it. */
  readonly endMs: number | undefined;
  release(): void;
}

/**
 * The first Ctrl-C or SIGTERM stops after the current batches. The second one is left to the system: it
 * ends the process wherever it is, also while a thread of ours is in a read that does not return.
 */
function stopOnSignals(abort: AbortController): SignalStop {
  const state: { signal?: StopSignal; endMs?: number } = {};
  const release = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    state.signal = signal as StopSignal;
    state.endMs = SYSTEM_CLOCK.monotonicMs() + STOP_TIME_MAX_MS;
    release();
    abort.abort();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    get signal() {
      return state.signal;
    },
    get endMs() {
      return state.endMs;
    },
    release,
  };
}

/** The plugin says that the position is none of its own: an older or another one wrote it. */
const POSITION_HINT =
  'use the plugin that wrote the checkpoint, or `--from-start` to read the stream from its start';

function reportFailures(summary: RunSummary, log: RunLog): void {
  for (const { stream, plugin, reason, kind, atStart } of summary.failures) {
    const which = stream === plugin ? '' : ` (stream \`${stream}\`)`;
    const what = atStart ? 'cannot start' : 'was given up';
    const message = `plugin \`${plugin}\`${which} ${what}: ${printable(reason)}`;
    const diagnostic =
      kind === 'position'
        ? createDiagnostic('CHECKPOINT_UNUSABLE', { message, hint: POSITION_HINT })
        : createDiagnostic('SOURCE_UNREADABLE', { message });
    log.diagnostics([diagnostic]);
  }
}

function exitCodeOf(report: RunReport): number {
  if (report.summary.failures.some(({ atStart }) => atStart)) return EXIT.invalid;
  // Input that ended before the signal did anything was read to its end.
  if (report.summary.stopped === 'interrupted' && report.signal !== undefined) {
    return report.signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  }
  return hasLosses(report) ? EXIT.incomplete : EXIT.ok;
}
