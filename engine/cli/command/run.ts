/* `tiercel run`: read, evaluate, alert; then say what was done, and what was not. */

import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import { renderText } from '../../diagnostic/render.ts';
import { buildEngine, type Engine, type RunSummary } from '../../index.ts';
import { FileOutput } from '../../output/file-output.ts';
import type { Output } from '../../output/output.ts';
import { StreamOutput } from '../../output/stream-output.ts';
import { EXIT } from '../exit-code.ts';
import { ProgressBar } from '../progress-bar.ts';
import { renderSummary } from '../render-summary.ts';
import { paintPriority, say, type Terminal } from '../terminal.ts';

export interface RunArguments {
  readonly plugin: string | undefined;
  readonly openParams: string | undefined;
  readonly config: string | undefined;
  readonly rules: readonly string[];
  readonly options: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}

export async function runCommand(args: RunArguments, terminal: Terminal): Promise<number> {
  const options = args.json ? ['json_output=true', ...args.options] : args.options;
  const { value: config, diagnostics } = loadConfig({
    configFile: args.config,
    rulesFiles: args.rules,
    options,
    plugin: args.plugin,
    openParams: args.openParams,
  });
  if (config === undefined || hasErrors(diagnostics)) return refuse(diagnostics, terminal);
  const build = await buildEngine(config);
  if (build.engine === undefined) return refuse(build.diagnostics, terminal);
  const shown = build.diagnostics.filter(({ severity }) => severity !== 'notice');
  if (shown.length > 0 && !args.quiet) say(terminal, renderText(shown, terminal));
  return runEngine(build.engine, { config, terminal, isQuiet: args.quiet });
}

function refuse(diagnostics: readonly Diagnostic[], terminal: Terminal): number {
  say(terminal, renderText(diagnostics, terminal));
  return EXIT.invalid;
}

interface RunContext {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly isQuiet: boolean;
}

async function runEngine(engine: Engine, context: RunContext): Promise<number> {
  const { config, terminal, isQuiet } = context;
  const outputs = createOutputs(config, terminal);
  const bar = new ProgressBar(terminal);
  const abort = new AbortController();
  const onInterrupt = (): void => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    abort.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  const tell = (text: string): void => {
    bar.clear();
    if (!isQuiet) say(terminal, text);
  };
  try {
    const summary = await engine.run({
      signal: abort.signal,
      deliver: async (alerts) => {
        bar.clear();
        for (const output of outputs) await output.deliver(alerts);
      },
      onProblem: ({ severity, subject, line, message }) => {
        const what = severity === 'lost' ? 'not read' : 'warning';
        const place = line > 0 ? `${subject}:${line}` : subject;
        tell(`${what}: ${escapeControls(place)}: ${escapeControls(message)}`);
      },
      onFault: ({ plugin, kind, message, eventNumber }) => {
        const event = eventNumber === undefined ? '' : `, event ${eventNumber} was set aside`;
        tell(`plugin \`${plugin}\`: ${kind}: ${escapeControls(message)}${event}`);
      },
      onLog: ({ plugin, level, message }) => tell(`${plugin} ${level}: ${escapeControls(message)}`),
      ...(bar.isWanted && !isQuiet ? { onProgress: (progress) => bar.show(progress) } : {}),
    });
    for (const output of outputs) await output.close();
    bar.clear();
    reportFailures(summary, terminal);
    if (!isQuiet) say(terminal, renderSummary(summary));
    return exitCodeOf(summary);
  } catch (error) {
    bar.clear();
    return deliveryFailed(error, terminal);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

function createOutputs(config: Config, terminal: Terminal): Output[] {
  const outputs: Output[] = [];
  if (config.stdoutOutput.enabled) {
    const isPainted =
      terminal.color && terminal.stdout.isTTY === true && !config.alertFormat.jsonOutput;
    outputs.push(
      isPainted
        ? new StreamOutput('stdout', terminal.stdout, ({ line, priority }) =>
            paintPriority(line, priority),
          )
        : new StreamOutput('stdout', terminal.stdout),
    );
  }
  if (config.fileOutput.enabled) {
    const mode = config.fileOutput.keepAlive ? 'keep-alive' : 'reopen';
    outputs.push(new FileOutput(config.fileOutput.filename, mode));
  }
  return outputs;
}

function reportFailures(summary: RunSummary, terminal: Terminal): void {
  for (const { plugin, reason, atStart } of summary.failures) {
    const what = atStart ? 'could not be started' : 'was given up';
    const message = `plugin \`${plugin}\` ${what}: ${escapeControls(reason)}`;
    say(terminal, renderText([createDiagnostic('SOURCE_UNREADABLE', { message })], terminal));
  }
}

function exitCodeOf(summary: RunSummary): number {
  if (summary.failures.some(({ atStart }) => atStart)) return EXIT.invalid;
  const isIncomplete =
    summary.failures.length > 0 ||
    summary.lostProblems > 0 ||
    summary.setAsideEvents > 0 ||
    summary.pluginFaults.length > 0;
  return isIncomplete ? EXIT.incomplete : EXIT.ok;
}

/** A reader that went away (`| head`) is no error; a full disk is. */
function deliveryFailed(error: unknown, terminal: Terminal): number {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EPIPE') return EXIT.ok;
  if (code === undefined) throw error;
  say(terminal, `alerts could not be delivered: ${(error as Error).message}`);
  return EXIT.incomplete;
}

const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
