/* Entry of a source worker: puts the parts together from what the main thread sent, and reads. */

import { parentPort } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { createServices } from '../plugin/host/host-services.ts';
import { StoreRoots } from '../plugin/host/store-roots.ts';
import { instantiatePlugin } from '../plugin/instance.ts';
import { GuardedCalls } from '../supervise/call-watch.ts';
import { FaultLedger } from '../supervise/fault-ledger.ts';
import { Slots } from './slots.ts';
import { NotesCollector } from './source-notes.ts';
import { type SourceMessage, type SourceStart, viewSourceControl } from './stream-protocol.ts';
import { StreamReader } from './stream-reader.ts';
import { StreamSource } from './stream-source.ts';

function readStream(start: SourceStart, post: (message: SourceMessage) => void): void {
  const { setup, state } = start;
  const control = viewSourceControl(start.control);
  const calls = new GuardedCalls(control.words);
  const notes = new NotesCollector();
  const store = new StoreRoots({
    locations: setup.storeRoots,
    report: (severity, subject, message) =>
      notes.addProblem({ severity, subject, line: 0, message }),
  });
  const faults = new FaultLedger(setup.faultBudget, SYSTEM_CLOCK);
  const services = createServices({
    plugin: setup.source.plugin.manifest.name,
    clock: setup.source.clockGranted ? SYSTEM_CLOCK : undefined,
    store,
    onLog: (line) => notes.addLogLine(line),
    onProblem: (problem) => notes.addProblem(problem),
  });
  new StreamReader({
    source: new StreamSource({
      role: setup.source,
      openParams: setup.openParams,
      instantiate: ({ plugin }) => instantiatePlugin(plugin, services),
      calls,
    }),
    slots: new Slots(start.slots, setup.limits),
    notes,
    control,
    ...setup.limits,
    onFault: ({ pluginName }) => faults.addFault(pluginName),
    state,
    bytesRead: () => store.storedBytesRead,
    post,
  }).run();
}

parentPort?.once('message', (start: SourceStart) => {
  readStream(start, (message) => parentPort?.postMessage(message));
});
