/* Entry of an evaluation worker: extractors and compiled rules of every stream, then one job after the other. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { planExtraction, requestsOf } from '../../detect/plan/extraction-plan.ts';
import type { ExtractorInstance } from '../../plugin/abi/plugin-instance.ts';
import { LogCollector, type PluginLog } from '../../plugin/host/plugin-log.ts';
import { withCompiled } from '../../plugin/prepare/prepared-plugin.ts';
import { GuardedCalls } from '../../worker/call-watch.ts';
import type { FaultBudget } from '../../worker/fault-budget.ts';
import { FaultLedger } from '../../worker/fault-ledger.ts';
import { openWorkerPort } from '../../worker/open-worker-port.ts';
import type { WorkerControl } from '../../worker/worker-control.ts';
import { openRoom } from '../stream/slot-room.ts';
import type { PluginRole, RunFault } from '../stream/stream-protocol.ts';
import type { EvaluationOptions } from './evaluation.ts';
import type {
  EvaluationMessage,
  EvaluationRequest,
  StreamEvaluation,
} from './evaluation-protocol.ts';
import { Extractor } from './extractor.ts';
import type { ExtractorConnection } from './extractor-protocol.ts';
import { instantiateExtractor } from './instantiate-extractor.ts';
import { JobRunner } from './job-runner.ts';
import { packAlerts } from './packed-alerts.ts';
import { startRemoteExtractor } from './remote-extractor.ts';

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

  constructor({ setup, rooms, connections, quarantined }: Start, control: WorkerControl) {
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
      const extractors = this.#extractorsFor(stream, {
        firstPosition,
        connections: connections[index] ?? [],
      });
      const evaluation = this.#optionsFor(stream, extractors, setup.limits.batchEventsMax);
      return new JobRunner({ evaluation, room: openRoom(memory, setup.limits), control });
    });
  }

  start(): EvaluationMessage {
    const faults: RunFault[] = [];
    for (const { evaluation } of this.#runners) {
      for (const plugin of this.#quarantined) evaluation.extractors.quarantine(plugin);
      for (const { pluginName: plugin, kind, message } of evaluation.extractors.start()) {
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
    const { alerts: found, faults, ...others } = runner.run(job);
    const alerts = packAlerts(found, positions);
    const sent = faults.map(({ fault, eventNumber }) => {
      const { pluginName: plugin, kind, message } = fault;
      return { plugin, kind, message, eventNumber };
    });
    const costs = runner.takeCosts();
    const result = { ...others, alerts, faults: sent, costs, ...this.#remarks([runner]) };
    return { kind: 'result', result };
  }

  #remarks(runners: readonly JobRunner[]): { quarantined: string[]; log: PluginLog } {
    const quarantined = runners.flatMap(({ evaluation }) => [...evaluation.extractors.quarantined]);
    return { quarantined, log: this.#log.take() };
  }

  #optionsFor(
    stream: StreamEvaluation,
    extractors: readonly Extractor[],
    batchEventsMax: number,
  ): EvaluationOptions {
    const { rules, ruleMatching, context, alertFormat, alertChannels } = stream;
    return {
      rules,
      plan: planExtraction(rules),
      ruleMatching,
      batchEventsMax,
      context,
      alertFormat,
      alertChannels,
      clock: SYSTEM_CLOCK,
      extractors,
      onFault: ({ pluginName, kind }, eventCount) =>
        this.#faults.judge(pluginName, { side: 'extractor', phase: 'call', kind, eventCount })
          .decision,
    };
  }

  #extractorsFor(
    { rules, extractors }: StreamEvaluation,
    { firstPosition, connections }: ExtractorPlaces,
  ): Extractor[] {
    const plan = planExtraction(rules);
    return extractors.map((role, index) => {
      const { manifest } = role.plugin;
      const connection = connections[index];
      const instantiate = this.#instantiatorOf(role, connection);
      return new Extractor({
        name: manifest.name,
        requests: requestsOf(plan, manifest.name),
        instantiate,
        clock: SYSTEM_CLOCK,
        lostTime: this.#faultBudget,
        guard: (step, call) => {
          // The main thread watches over its process itself.
          if (connection !== undefined) return call();
          const position = firstPosition + 2 * index + (step === 'outputs' ? 1 : 0);
          return this.#calls.run(position, call);
        },
      });
    });
  }

  /** Makes fresh instances of an extractor, in this worker or in a process. */
  #instantiatorOf(
    role: PluginRole,
    connection: ExtractorConnection | undefined,
  ): () => ExtractorInstance {
    const log = this.#log;
    const { manifest } = role.plugin;
    if (connection !== undefined) return () => startRemoteExtractor({ manifest, connection, log });
    const compiled = { ...role, plugin: withCompiled(role.plugin) };
    return () => instantiateExtractor(compiled, log);
  }
}

/** Where the extractors of a stream are. */
interface ExtractorPlaces {
  /** Position of the first one among the watched calls. */
  readonly firstPosition: number;
  readonly connections: readonly (ExtractorConnection | undefined)[];
}

let worker: EvaluationWorker | undefined;
const main = openWorkerPort<EvaluationRequest, EvaluationMessage>();
main.serve((request) => {
  if (request.kind === 'start') {
    worker = new EvaluationWorker(request, main.control);
    main.post(worker.start());
  } else if (worker !== undefined) main.post(worker.run(request));
});
