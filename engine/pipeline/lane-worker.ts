/* Entry of a lane's worker: puts the parts together from what the main thread sent, and runs. */

import { parentPort, workerData } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { LIMITS } from '../base/limits.ts';
import { planExtraction, type SlotPlan } from '../plan/extraction-plan.ts';
import type { HostServices } from '../plugin/host/host-services.ts';
import { StoreRoots } from '../plugin/host/store-roots.ts';
import { instantiatePlugin } from '../plugin/instance.ts';
import { GuardedCalls } from './guarded-calls.ts';
import { Lane } from './lane.ts';
import { LaneEvaluation } from './lane-evaluation.ts';
import { LaneExtractor } from './lane-extractor.ts';
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
  const extractors = setup.extractors.map(
    (role, index) =>
      new LaneExtractor({
        role,
        position: index + 1,
        conditions: requestsOf(plan.conditions, role),
        outputs: requestsOf(plan.outputs, role),
        // An extractor sees events, never files.
        instantiate: (ofRole) => instantiate(ofRole, noStore),
        calls,
      }),
  );
  const lane = new Lane({
    source: new LaneSource({
      role: setup.source,
      openParams: setup.openParams,
      instantiate: (role) => instantiate(role, store),
      calls,
    }),
    extractors,
    evaluation: new LaneEvaluation({
      rules: setup.rules,
      plan,
      ruleMatching: setup.ruleMatching,
      batchEventsMax: setup.limits.batchEventsMax,
      context: {
        source: setup.source.plugin.manifest.source?.name ?? '',
        pluginName: setup.source.plugin.manifest.name,
        hostname: setup.alertFormat.hostname,
        staticFields: setup.staticFields,
      },
      alertFormat: setup.alertFormat,
    }),
    reporter,
    control,
    batchEventsMax: setup.limits.batchEventsMax,
    batchSizeMax: setup.limits.batchSizeMax,
    faultsMax: setup.limits.faultsMax,
    resume: setup.resume,
    bytesRead: () => store.storedBytesRead,
  });
  post(lane.run());
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
