/* The recorded answers of a real Falco in test/conformance/falco, and the engine's answers in process. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../../engine/base/clock.ts';
import { loadConfig } from '../../engine/config/load-config.ts';
import type { AlertFormat } from '../../engine/detect/alert/alert.ts';
import { planExtraction, requestsOf } from '../../engine/detect/plan/extraction-plan.ts';
import { createTextDocument } from '../../engine/diagnostic/text-document.ts';
import type { CheckedRule } from '../../engine/language/check/checked-rule.ts';
import { loadRuleset, type RulesetLoad } from '../../engine/language/load/load-ruleset.ts';
import type { EventBatch, ExtractorInstance } from '../../engine/plugin/abi/plugin-instance.ts';
import {
  createServices,
  type HostServices,
  type PluginStore,
} from '../../engine/plugin/host/host-services.ts';
import { instantiatePlugin } from '../../engine/plugin/instance.ts';
import { FAULT_BUDGET } from '../../engine/run/engine/engine-tuning.ts';
import { beginBatch } from '../../engine/run/evaluate/batch-evaluation.ts';
import { Evaluation } from '../../engine/run/evaluate/evaluation.ts';
import { Extractor } from '../../engine/run/evaluate/extractor.ts';
import { type Loaded, loadAll } from '../../engine/run/load/load-all.ts';
import { resolveTimes } from '../../engine/run/stream/event-times.ts';
import { openRoot, preparePluginNamed } from './read-with-plugin.ts';
import { REPOSITORY } from './run-program.ts';

export const FALCO_ANSWERS = join(REPOSITORY, 'test/conformance/falco');

export function readAnswers<Row>(name: string): Row[] {
  const lines = readFileSync(join(FALCO_ANSWERS, name), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

/** The options under which the answers were recorded. */
const OPTIONS = [
  'rule_matching=all',
  'append_output[].extra_fields[]=evt.num',
  'append_output[0].extra_fields[]=evt.source',
];

const FORMAT: AlertFormat = {
  jsonOutput: true,
  jsonIncludeOutputProperty: true,
  jsonIncludeMessageProperty: false,
  jsonIncludeOutputFieldsProperty: true,
  jsonIncludeTagsProperty: true,
  jsonIncludeUuid: false,
  timeFormatIso8601: true,
  hostname: 'h',
};

export interface JsonAlert {
  readonly rule: string;
  readonly priority: string;
  readonly output: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly time: string;
  readonly output_fields: Readonly<Record<string, unknown>>;
}

/** Rules and events without threads: the same code that workers run, one batch at a time. */
export class FalcoBench {
  readonly #loaded: Loaded;
  readonly #extractors: ReadonlyMap<string, ExtractorInstance>;
  readonly #batches = new Map<string, EventBatch>();
  readonly #open: (location: string) => EventBatch;

  private constructor(
    loaded: Loaded,
    extractors: ReadonlyMap<string, ExtractorInstance>,
    open: (location: string) => EventBatch,
  ) {
    this.#loaded = loaded;
    this.#extractors = extractors;
    this.#open = open;
  }

  static async create(cacheDirectory: string): Promise<FalcoBench> {
    const request = { configFile: undefined, plugin: undefined, openParams: undefined };
    const { value: config } = loadConfig({
      ...request,
      rulesFiles: [],
      options: ['rules_files=[]'],
    });
    if (config === undefined) throw new Error('no configuration');
    const extractors = new Map<string, ExtractorInstance>();
    const services = (plugin: string, store?: PluginStore): HostServices =>
      createServices({
        plugin,
        clock: undefined,
        store,
        onLog: () => {},
        onProblem: () => {},
      });
    for (const name of ['cloudtrail', 'json']) {
      const plugin = await preparePluginNamed(name, cacheDirectory);
      const instance = instantiatePlugin(plugin, services(name));
      instance.init('');
      if (instance.extractor !== undefined) extractors.set(name, instance.extractor);
    }
    const cloudtrail = await preparePluginNamed('cloudtrail', cacheDirectory);
    const open = (location: string): EventBatch => {
      const { source } = instantiatePlugin(cloudtrail, services('cloudtrail', openRoot(location)));
      source?.open(location);
      const step = source?.next(16 << 20, 4096, new Uint8Array(0));
      if (step?.kind !== 'events') throw new Error(`no events in ${location}`);
      return { ...step.batch, times: resolveTimes(step.batch.times, undefined).times };
    };
    return new FalcoBench(await loadAll(config), extractors, open);
  }

  load(
    files: readonly { name: string; text: string }[],
    options: readonly string[] = [],
  ): RulesetLoad {
    const { value: config } = loadConfig({
      configFile: undefined,
      plugin: undefined,
      openParams: undefined,
      rulesFiles: [],
      options: [...OPTIONS, ...options],
    });
    if (config === undefined) throw new Error(`options ${options.join()}`);
    const { plugins, catalogs } = this.#loaded.plugins;
    return loadRuleset({
      documents: files.map(({ name, text }) => createTextDocument(name, text)),
      catalogs,
      plugins: plugins.map(({ file }) => file.manifest),
      options: config.ruleLoad,
    });
  }

  /** Alerts of the events of a file beside the answers, in order. */
  run(
    rules: readonly CheckedRule[],
    eventsFile: string,
    ruleMatching: 'first' | 'all',
  ): JsonAlert[] {
    const batch = this.#batchOf(eventsFile);
    const ofSource = rules.filter(({ source }) => source === 'aws_cloudtrail');
    const plan = planExtraction(ofSource);
    const evaluation = new Evaluation({
      rules: ofSource,
      plan,
      extractors: [...this.#extractors].map(([name, instance]) => {
        return new Extractor({
          name,
          requests: requestsOf(plan, name),
          instantiate: () => instance,
          guard: (_plan, call) => call(),
          clock: SYSTEM_CLOCK,
          lostTime: FAULT_BUDGET,
        });
      }),
      ruleMatching,
      clock: SYSTEM_CLOCK,
      batchEventsMax: batch.times.length,
      context: {
        source: 'aws_cloudtrail',
        pluginName: 'cloudtrail',
        hostname: 'h',
        staticFields: {},
      },
      alertFormat: FORMAT,
      onFault: (fault) => {
        throw fault;
      },
    });
    evaluation.extractors.start();
    const context = beginBatch({ firstEventNumber: 1, firstTime: batch.times[0] ?? 0n });
    const { alerts } = evaluation.evaluate(batch, context);
    return alerts.map(({ line }) => JSON.parse(line) as JsonAlert);
  }

  #batchOf(eventsFile: string): EventBatch {
    const known = this.#batches.get(eventsFile) ?? this.#open(join(FALCO_ANSWERS, eventsFile));
    this.#batches.set(eventsFile, known);
    return known;
  }
}
