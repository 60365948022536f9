/* Entry of a source worker: puts the parts together from what the main thread sent, and reads. */

import { SYSTEM_CLOCK } from '../base/clock.ts';
import { createServices, type PluginStore } from '../plugin/host/host-services.ts';
import { instantiatePlugin } from '../plugin/instance.ts';
import { StoreClient } from '../store/store-client.ts';
import { GuardedCalls } from '../supervise/call-watch.ts';
import { openWorkerPort } from '../supervise/open-worker-port.ts';
import type { WorkerPort } from '../supervise/worker-port.ts';
import { openRoom } from './slot-room.ts';
import { Slots } from './slots.ts';
import { NotesCollector } from './source-notes.ts';
import type { Acknowledgement, SourceMessage, SourceStart } from './stream-protocol.ts';
import { StreamReader } from './stream-reader.ts';
import { StreamSource } from './stream-source.ts';

type SourcePort = WorkerPort<SourceStart | Acknowledgement, SourceMessage>;

function readStream(start: SourceStart, main: SourcePort): Promise<void> {
  const { setup, state } = start;
  const { control } = main;
  const calls = new GuardedCalls(control);
  const notes = new NotesCollector();
  const client = new StoreClient({
    ...start.store,
    lastRun: state.run,
    isStopped: () => control.isStopped,
    report: (severity, subject, message) =>
      notes.addProblem({ severity, subject, line: 0, message }),
  });
  const services = createServices({
    plugin: setup.source.plugin.manifest.name,
    clock: setup.source.clockGranted ? SYSTEM_CLOCK : undefined,
    store: watched(client, calls),
    onLog: (line) => notes.log.add(line),
    onProblem: (problem) =>
      notes.addProblem({ ...problem, ...client.placeOf(problem.subject, problem.line) }),
  });
  return new StreamReader({
    source: new StreamSource({
      role: setup.source,
      openParams: setup.openParams,
      instantiate: ({ plugin }) => instantiatePlugin(plugin, services),
      calls,
    }),
    room: openRoom(start.room, setup.limits),
    slots: new Slots(start.slots),
    notes,
    control,
    ...setup.limits,
    state,
    bytesRead: () => client.storedBytesRead,
    lastRun: () => client.lastRun,
    waitForInput: (milliseconds) => client.waitForInput(milliseconds),
    takeAcknowledgement: () => main.take() as Acknowledgement | undefined,
    post: (message: SourceMessage) => main.post(message),
  }).run();
}

/** The time that a plugin waits for its store is not its own. */
function watched(client: StoreClient, calls: GuardedCalls): PluginStore {
  return {
    listEntries: (...args) => calls.inHost(() => client.listEntries(...args)),
    open: (...args) => {
      const object = calls.inHost(() => client.open(...args));
      return {
        read: (max) => calls.inHost(() => object.read(max)),
        close: () => object.close(),
      };
    },
  };
}

const main: SourcePort = openWorkerPort();
// A rejection is an error of our own: it ends the worker, and the main thread is told.
main.begin((start) => void readStream(start as SourceStart, main));
