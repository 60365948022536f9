/* `tiercel search`: prints the events of a location that a condition holds for. No rules file is needed. */

import { countOf, formatCount } from '../../base/quantity.ts';
import type { Config } from '../../config/config.ts';
import type { OutputConfig } from '../../config/output-config.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  hasErrors,
} from '../../diagnostic/diagnostic.ts';
import { openOutputs } from '../../outputs/open-outputs.ts';
import { readComponentFile } from '../../plugin/gate/component-file.ts';
import { buildEngine } from '../../run/engine/build-engine.ts';
import type { Engine } from '../../run/engine/engine.ts';
import {
  type FoundEventPrint,
  firstValue,
  printEvent,
  searchShape,
  textOf,
} from '../../tools/search/found-event.ts';
import { createSearchRule, SEARCH_RULE, type SearchQuery } from '../../tools/search/search-rule.ts';
import { type ValueCount, ValueCounts } from '../../tools/search/value-counts.ts';
import { EXIT } from '../console/exit-code.ts';
import { type LoadArguments, loadConfigFor } from '../console/load.ts';
import { ProgressBar } from '../console/progress-bar.ts';
import { exitCodeOf, reportEvents, reportFailures, type Tell } from '../console/run-events.ts';
import { createRunLog, type RunLog } from '../console/run-log.ts';
import { hasLosses, type RunReport, renderLosses } from '../console/run-report.ts';
import { stopOnSignals } from '../console/stop-on-signals.ts';
import type { Terminal } from '../console/terminal.ts';

export interface SearchArguments extends LoadArguments, SearchQuery {
  readonly plugin: string | undefined;
  /** `undefined`: what the configuration names. */
  readonly location: string | undefined;
  readonly form: FoundEventPrint['form'];
  /** Counts the values of this field in place of printing events. */
  readonly countBy: string | undefined;
  /** Stops after so many events; `undefined`: at the end of the location. */
  readonly limit: number | undefined;
  readonly follow: boolean;
  readonly quiet: boolean;
}

/** Used for a location where no plugin is named. */
const DEFAULT_PLUGIN = 'cloudtrail';
/** Whatever the configuration sets: a search prints, and changes nothing that a run has on disk. */
const OPTIONS = ['stdout_output.enabled=true', 'log_format=text'];

export async function searchCommand(args: SearchArguments, terminal: Terminal): Promise<number> {
  const fields = args.countBy === undefined ? args.fields : [args.countBy];
  const query = { condition: args.condition, fields };
  const options = [...args.options, ...OPTIONS, ...(args.follow ? ['follow=true'] : [])];
  const { location } = args;
  const { value: read, diagnostics } = loadConfigFor(
    { ...args, options },
    {
      plugin: args.plugin ?? (location === undefined ? undefined : DEFAULT_PLUGIN),
      openParams: location,
    },
  );
  const bar = new ProgressBar(terminal);
  const refuse = async (found: readonly Diagnostic[], config: Config | undefined) => {
    const log = await createRunLog(config ?? { log: TEXT_LOG }, terminal, () => bar.clear());
    log.diagnostics(found.filter(({ severity }) => severity === 'error'));
    return EXIT.invalid;
  };
  if (read === undefined || hasErrors(diagnostics)) return refuse(diagnostics, read);
  const { value: source, diagnostics: ofSource } = findSource(read);
  if (source === undefined) return refuse(ofSource, read);
  const rule = createSearchRule(query, source);
  const print = { form: args.form, fields };
  const config = configFor(read, print, rule.document);
  const build = await buildEngine(config);
  const found = rule.withTypedPlaces(build.diagnostics);
  if (build.engine === undefined || hasErrors(found)) return refuse(found, config);
  const log = await createRunLog(config, terminal, () => bar.clear());
  return new Search(args, print, { config, terminal, bar, log }).run(build.engine);
}

const TEXT_LOG: Config['log'] = { isJson: false, minimumPriority: 'Informational' };

/** The event source whose events are searched. */
function findSource({ plugins, streams }: Config): Checked<string> {
  const opened = [
    ...plugins.filter(({ openParams }) => openParams !== undefined),
    ...plugins.filter(({ name }) => streams.some(({ pluginName }) => pluginName === name)),
  ];
  const sources = new Set(
    opened.flatMap(({ libraryPath }) => {
      return readComponentFile(libraryPath).value?.manifest.source?.name ?? [];
    }),
  );
  const [source] = sources;
  if (source !== undefined && sources.size === 1) return { value: source, diagnostics: [] };
  const message =
    source === undefined
      ? 'no location to search'
      : `the configuration opens ${sources.size} event sources: ${[...sources].join(', ')}`;
  const hint =
    source === undefined
      ? '`tiercel search CONDITION LOCATION`'
      : 'name one plugin and its location: `tiercel search CONDITION LOCATION --plugin NAME`';
  return {
    value: undefined,
    diagnostics: [createDiagnostic('PLUGIN_NO_SOURCE', { message, hint })],
  };
}

/** Only the rule of the search is evaluated; macros and lists of rules files can be used in it. */
function configFor(
  read: Config,
  print: FoundEventPrint,
  document: Config['addedRules'][number],
): Config {
  return {
    ...read,
    addedRules: [document],
    ruleLoad: {
      minimumPriority: 'Debug',
      selections: [
        { action: 'disable', by: 'rule', pattern: '*' },
        { action: 'enable', by: 'rule', pattern: SEARCH_RULE },
      ],
      appendOutput: [],
    },
    alertFormat: { ...read.alertFormat, shape: searchShape(print) },
    alertChannels: [],
    pageChannel: undefined,
    outputs: read.outputs.filter(isStandardOutput).slice(0, 1),
    metrics: undefined,
    webserver: undefined,
    areFilesWatched: false,
    dataDirectory: undefined,
    deadLetterFile: undefined,
  };
}

function isStandardOutput({ target }: OutputConfig): boolean {
  return target.type === 'stdout';
}

interface SearchContext {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly bar: ProgressBar;
  readonly log: RunLog;
}

class Search {
  readonly #args: SearchArguments;
  readonly #print: FoundEventPrint;
  readonly #context: SearchContext;
  readonly #counts: ValueCounts | undefined;
  readonly #abort = new AbortController();
  #found = 0;

  constructor(args: SearchArguments, print: FoundEventPrint, context: SearchContext) {
    this.#args = args;
    this.#print = print;
    this.#context = context;
    this.#counts = args.countBy === undefined ? undefined : new ValueCounts();
  }

  async run(engine: Engine): Promise<number> {
    const { config, terminal, bar, log } = this.#context;
    const tell: Tell = (level, text, fields) => {
      if (!this.#args.quiet) log.say(level, text, fields);
    };
    const { value: outputs, diagnostics } = await openOutputs(config, {
      stdout: terminal.stdout,
      onEnd: () => this.#abort.abort(),
    });
    if (outputs === undefined) {
      log.diagnostics(diagnostics);
      return EXIT.invalid;
    }
    const stop = stopOnSignals(this.#abort);
    try {
      const summary = await engine.run({
        signal: this.#abort.signal,
        deliver: (alerts) => {
          bar.clear();
          return outputs.deliver(this.#take(alerts));
        },
        closeOutputs: async () => {
          if (this.#counts !== undefined) await outputs.deliver(this.#countLines());
          await outputs.close({ untilMs: () => stop.endMs });
        },
        ...reportEvents(tell),
        ...(bar.isWanted && !this.#args.quiet
          ? { onProgress: (progress) => bar.show(progress) }
          : {}),
      });
      bar.clear();
      const { reports, unclaimed } = outputs;
      const { signal } = stop;
      return this.#conclude({ summary, outputs: reports, unclaimed, signal, setAside: undefined });
    } finally {
      bar.clear();
      stop.release();
      await outputs.abandon();
    }
  }

  #take(alerts: readonly Alert[]): Alert[] {
    const { limit = Number.POSITIVE_INFINITY } = this.#args;
    const taken = alerts.slice(0, Math.max(0, limit - this.#found));
    this.#found += taken.length;
    if (this.#found >= limit) this.#abort.abort();
    if (this.#counts === undefined)
      return taken.map((alert) => ({ ...alert, line: printEvent(alert.line, this.#print) }));
    for (const { line } of taken) this.#counts.add(firstValue(line));
    return [];
  }

  #countLines(): Alert[] {
    const sorted = this.#counts?.sorted ?? [];
    const width = formatCount(sorted[0]?.count ?? 0).length;
    return sorted.map((one) => ({ ...COUNT_LINE, line: this.#countLine(one, width) }));
  }

  #countLine({ value, count }: ValueCount, width: number): string {
    if (this.#args.form === 'json')
      return value === undefined ? `{"others":${count}}` : `{"value":${value},"count":${count}}`;
    const text = value === undefined ? '(other values)' : textOf(value);
    return `${formatCount(count).padStart(width)}  ${text}`;
  }

  #conclude(report: RunReport): number {
    const { log } = this.#context;
    const { summary } = report;
    reportFailures(summary, log);
    if (summary.events === 0 && summary.failures.some(({ atStart }) => atStart))
      return EXIT.invalid;
    if (!this.#args.quiet) {
      const end = this.#found === this.#args.limit ? ', stopped at the limit' : '';
      log.say(
        'info',
        `${formatCount(this.#found)} found in ${countOf(summary.events, 'event')}${end}`,
      );
    }
    if (hasLosses(report)) log.say('warning', renderLosses(report));
    return exitCodeOf(report);
  }
}

/** A line that no event has: outputs take alerts. */
const COUNT_LINE: Omit<Alert, 'line'> = {
  rule: SEARCH_RULE,
  priority: 'Informational',
  source: '',
  eventNumber: 0,
  time: 0n,
};
