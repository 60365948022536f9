/* Entry of a lane's worker: puts the parts together from what the main thread sent, and runs. */

import { parentPort, workerData } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { LIMITS } from '../base/limits.ts';
import { Evaluation } from '../evaluate/evaluation.ts';
import { Extractor } from '../evaluate/extractor.ts';
import { planExtraction, type SlotPlan } from '../plan/extraction-plan.ts';
import type { HostServices } from '../plugin/host/host-services.ts';
import { StoreRoots } from '../plugin/host/store-roots.ts';
import { instantiatePlugin } from '../plugin/instance.ts';
import {
  type ExtractorInstance,
  PluginFault,
  type PluginInstance,
} from '../plugin/plugin-instance.ts';
import { FaultLedger } from '../supervise/fault-ledger.ts';
import { GuardedCalls } from './guarded-calls.ts';
import { Lane } from './lane.ts';
import { type LaneMessage, type LaneSetup, type PluginRole, viewControl } from './lane-protocol.ts';
import { LaneReporter } from './lane-reporter.ts';
import { LaneSource } from './lane-source.ts';

function runLane(setup: LaneSetup, post: (message: LaneMessage) => void): void {
  const control = viewControl(setup.control);
  const calls = new GuardedCalls(control);
  const reporter = new LaneReporter(post, control);
  const plan = planExtraction(setup.rules);
  const store = new StoreRoots({
    locations: setup.storeRoots,
    report: (severity, subject, message) =>
      reporter.addProblem({ severity, subject, line: 0, message }),
  });
  const noStore = new StoreRoots({ locations: {}, report: () => {} });
  const instantiate = (role: PluginRole, roots: StoreRoots) =>
    instantiatePlugin(role.plugin, createServices(role, roots, reporter));
  const faults = new FaultLedger(setup.faultBudget, SYSTEM_CLOCK);
  const evaluation = new Evaluation({
    rules: setup.rules,
    plan,
    // An extractor sees events, never files.
    extractors: setup.extractors.map(
      (role, index) =>
        new Extractor({
          name: role.plugin.manifest.name,
          conditions: requestsOf(plan.conditions, role),
          outputs: requestsOf(plan.outputs, role),
          instantiate: () => startExtractor(instantiate(role, noStore), role),
          guard: (call) => calls.run(index + 1, call),
        }),
    ),
    ruleMatching: setup.ruleMatching,
    batchEventsMax: setup.limits.batchEventsMax,
    context: {
      source: setup.source.plugin.manifest.source?.name ?? '',
      pluginName: setup.source.plugin.manifest.name,
      hostname: setup.alertFormat.hostname,
      staticFields: setup.staticFields,
    },
    alertFormat: setup.alertFormat,
    onFault: ({ pluginName }) => faults.addFault(pluginName),
  });
  const lane = new Lane({
    source: new LaneSource({
      role: setup.source,
      openParams: setup.openParams,
      instantiate: (role) => instantiate(role, store),
      calls,
    }),
    evaluation,
    reporter,
    control,
    batchEventsMax: setup.limits.batchEventsMax,
    batchSizeMax: setup.limits.batchSizeMax,
    // The same component may extract as well: those faults are another instance's.
    onSourceFault: ({ pluginName }) => faults.addFault(`source ${pluginName}`),
    resume: setup.resume,
    bytesRead: () => store.storedBytesRead,
  });
  post(lane.run());
}

function startExtractor(instance: PluginInstance, { initConfig }: PluginRole): ExtractorInstance {
  instance.init(initConfig);
  if (instance.extractor === undefined) {
    throw new PluginFault('answer', instance.name, 'exports no extractor');
  }
  return instance.extractor;
}

function requestsOf(
  plan: SlotPlan,
  role: PluginRole,
): Pick<SlotPlan['plugins'][number], 'requests' | 'firstSlot'> {
  const { name } = role.plugin.manifest;
  return (
    plan.plugins.find(({ pluginName }) => pluginName === name) ?? { requests: [], firstSlot: 0 }
  );
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

function createServices(role: PluginRole, store: StoreRoots, reporter: LaneReporter): HostServices {
  const plugin = role.plugin.manifest.name;
  let logLines = 0;
  return {
    log: (level, message) => {
      logLines += 1;
      if (logLines > LIMITS.logLinesMax.value) return;
      reporter.addLogLine({
        plugin,
        level,
        message: message.slice(0, LIMITS.logLineSizeMax.value),
      });
    },
    problem: (problem) => {
      const message = problem.message.slice(0, LIMITS.logLineSizeMax.value);
      reporter.addProblem({ ...problem, message });
    },
    now: () =>
      role.clockGranted ? BigInt(SYSTEM_CLOCK.nowMs()) * NANOSECONDS_PER_MILLISECOND : 0n,
    store,
  };
}

runLane(workerData as LaneSetup, (message) => parentPort?.postMessage(message));
