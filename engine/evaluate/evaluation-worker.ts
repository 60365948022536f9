/* Entry of an evaluation worker: extractors and compiled rules of every stream, then one job after the other. */

import { SYSTEM_CLOCK } from '../base/clock.ts';
import { planExtraction, requestsOf } from '../plan/extraction-plan.ts';
import { createServices } from '../plugin/host/host-services.ts';
import { LogCollector, type PluginLog } from '../plugin/host/plugin-log.ts';
import { instantiatePlugin } from '../plugin/instance.ts';
import { type ExtractorInstance, PluginFault } from '../plugin/plugin-instance.ts';
import { withCompiled } from '../plugin/prepared-plugin.ts';
import { openRoom } from '../stream/slot-room.ts';
import type { PluginRole, RunFault } from '../stream/stream-protocol.ts';
import { GuardedCalls } from '../supervise/call-watch.ts';
import type { FaultBudget } from '../supervise/fault-budget.ts';
import { FaultLedger } from '../supervise/fault-ledger.ts';
import { openWorkerPort } from '../supervise/open-worker-port.ts';
import type { WorkerControl } from '../supervise/worker-control.ts';
import type { EvaluationOptions } from './evaluation.ts';
import type {
  EvaluationMessage,
  EvaluationRequest,
  StreamEvaluation,
} from './evaluation-protocol.ts';
import { Extractor } from './extractor.ts';
import { JobRunner } from './job-runner.ts';
import { packAlerts } from './packed-alerts.ts';

type Start = Extract<EvaluationRequest, { kind: 'start' }>;

class EvaluationWorker {
  readonly #runners: JobRunner[];
  /** By stream: of a rule by its name. */
  readonly #rulePositions: readonly ReadonlyMap<string, number>[];
  readonly #faultBudget: FaultBudget;
  readonly #faults: FaultLedger;
  readonly #calls: GuardedCalls;
  readonly #quarantined: ReadonlySet<string>;
  readonly #log = new LogCollector();

  constructor({ setup, rooms, quarantined }: Start, control: WorkerControl) {
    this.#faultBudget = setup.faultBudget;
    this.#faults = new FaultLedger(setup.faultBudget, SYSTEM_CLOCK);
    this.#calls = new GuardedCalls(control);
    this.#quarantined = new Set(quarantined);
    this.#rulePositions = setup.streams.map(
      ({ rules }) => new Map(rules.map(({ name }, position) => [name, position])),
    );
    let watched = 0;
    this.#runners = setup.streams.map((stream, index) => {
      const firstPosition = watched;
      watched += 2 * stream.extractors.length;
      const memory = rooms[index];
      if (memory === undefined) throw new Error(`stream ${index} has no slots`);
      const evaluation = this.#optionsFor(stream, firstPosition, setup.limits.batchEventsMax);
      return new JobRunner({ evaluation, room: openRoom(memory, setup.limits), control });
    });
  }

  start(): EvaluationMessage {
    const faults: RunFault[] = [];
    for (const { evaluation } of this.#runners) {
      for (const plugin of this.#quarantined) evaluation.quarantine(plugin);
      for (const { pluginName: plugin, kind, message } of evaluation.start()) {
        const fault = { side: 'extractor', phase: 'start', kind, eventCount: 0 } as const;
        const { decision } = this.#faults.judge(plugin, fault);
        if (decision === 'give-up-stream') return { kind: 'refused', plugin, reason: message };
        faults.push({ plugin, kind, message, eventNumber: undefined });
      }
    }
    return { kind: 'started', faults, ...this.#remarks(this.#runners) };
  }

  run({ job }: Extract<EvaluationRequest, { kind: 'job' }>): EvaluationMessage {
    const runner = this.#runners[job.stream];
    const positions = this.#rulePositions[job.stream];
    if (runner === undefined || positions === undefined)
      throw new Error(`stream ${job.stream} is not known`);
    const { alerts: found, partial, faults } = runner.run(job);
    const alerts = packAlerts(found, positions);
    const sent = faults.map(({ fault, eventNumber }) => {
      const { pluginName: plugin, kind, message } = fault;
      return { plugin, kind, message, eventNumber };
    });
    const costs = runner.takeCosts();
    const result = { alerts, partial, faults: sent, costs, ...this.#remarks([runner]) };
    return { kind: 'result', result };
  }

  #remarks(runners: readonly JobRunner[]): { quarantined: string[]; log: PluginLog } {
    const quarantined = runners.flatMap(({ evaluation }) => [...evaluation.quarantined]);
    return { quarantined, log: this.#log.take() };
  }

  #optionsFor(
    stream: StreamEvaluation,
    firstPosition: number,
    batchEventsMax: number,
  ): EvaluationOptions {
    const { rules, extractors, ruleMatching, context, alertFormat, alertChannels } = stream;
    const plan = planExtraction(rules);
    return {
      rules,
      plan,
      ruleMatching,
      batchEventsMax,
      context,
      alertFormat,
      alertChannels,
      clock: SYSTEM_CLOCK,
      extractors: extractors.map((sent, index) => {
        const role = { ...sent, plugin: withCompiled(sent.plugin) };
        return new Extractor({
          name: role.plugin.manifest.name,
          requests: requestsOf(plan, role.plugin.manifest.name),
          instantiate: () => this.#instantiate(role),
          clock: SYSTEM_CLOCK,
          lostTime: this.#faultBudget,
          guard: (step, call) => {
            const position = firstPosition + 2 * index + (step === 'outputs' ? 1 : 0);
            return this.#calls.run(position, call);
          },
        });
      }),
      onFault: ({ pluginName, kind }, eventCount) =>
        this.#faults.judge(pluginName, { side: 'extractor', phase: 'call', kind, eventCount })
          .decision,
    };
  }

  /** An extractor sees events, never files. */
  #instantiate({ plugin, initConfig, clockGranted }: PluginRole): ExtractorInstance {
    const instance = instantiatePlugin(
      plugin,
      createServices({
        plugin: plugin.manifest.name,
        clock: clockGranted ? SYSTEM_CLOCK : undefined,
        store: undefined,
        onLog: (line) => this.#log.add(line),
        onProblem: () => {},
      }),
    );
    instance.init(initConfig);
    if (instance.extractor === undefined) {
      throw new PluginFault('answer', instance.name, 'exports no extractor');
    }
    return instance.extractor;
  }
}

let worker: EvaluationWorker | undefined;
const main = openWorkerPort<EvaluationRequest, EvaluationMessage>();
main.serve((request) => {
  if (request.kind === 'start') {
    worker = new EvaluationWorker(request, main.control);
    main.post(worker.start());
  } else if (worker !== undefined) main.post(worker.run(request));
});
