/* Entry of a source worker: puts the parts together from what the main thread sent, and reads. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import {
  createServices,
  type PluginQueue,
  type PluginStore,
} from '../../plugin/host/host-services.ts';
import { instantiatePlugin } from '../../plugin/instance.ts';
import { withCompiled } from '../../plugin/prepare/prepared-plugin.ts';
import { StoreClient } from '../../store/client/store-client.ts';
import { type StoreLink, ThreadLink } from '../../store/client/store-link.ts';
import { GuardedCalls } from '../../worker/call-watch.ts';
import { openWorkerPort } from '../../worker/open-worker-port.ts';
import { ProcessPort } from '../../worker/process-port.ts';
import type { WorkerPort } from '../../worker/worker-port.ts';
import { openRoom } from './slot-room.ts';
import { Slots } from './slots.ts';
import { copyFromWindow, SourceInbox } from './source-inbox.ts';
import { NotesCollector } from './source-notes.ts';
import type {
  Acknowledgement,
  SourceMessage,
  SourceRequest,
  SourceStart,
} from './stream-protocol.ts';
import { StreamReader } from './stream-reader.ts';
import { StreamSource } from './stream-source.ts';
import { UnreadableRuns } from './unreadable-runs.ts';

type SourcePort = WorkerPort<SourceRequest, SourceMessage>;

/** Everything but the messages to the main thread. */
interface Surroundings {
  readonly slots: Slots;
  readonly link: StoreLink;
  readonly takeAcknowledged: () => Uint8Array | undefined;
}

function readStream(start: SourceStart, main: SourcePort): Promise<void> {
  const { setup, state } = start;
  const { slots, link, takeAcknowledged } = surroundingsOf(start, main);
  const { control } = main;
  const calls = new GuardedCalls(control);
  const notes = new NotesCollector();
  const unreadable = new UnreadableRuns();
  const client = new StoreClient({
    link,
    copyFromWindow,
    lastRun: state.run,
    isStopped: () => control.isStopped,
    report: (severity, subject, message) =>
      notes.addProblem({ severity, subject, line: 0, message }),
  });
  const services = createServices({
    plugin: setup.source.plugin.manifest.name,
    clock: setup.source.clockGranted ? SYSTEM_CLOCK : undefined,
    store: watchedStore(client, calls),
    queue: watchedQueue(client, calls),
    onLog: (line) => notes.log.add(line),
    onProblem: (problem) => {
      if (problem.severity === 'lost') unreadable.add(problem.subject, problem.message);
      notes.addProblem({ ...problem, ...client.placeOf(problem.subject, problem.line) });
    },
  });
  return new StreamReader({
    source: new StreamSource({
      role: { ...setup.source, plugin: withCompiled(setup.source.plugin) },
      openParams: setup.openParams,
      instantiate: ({ plugin }) => instantiatePlugin(plugin, services),
      calls,
    }),
    room: openRoom(start.room, setup.limits),
    slots,
    notes,
    control,
    ...setup.limits,
    state,
    bytesRead: () => client.storedBytesRead,
    lastRun: () => client.lastRun,
    finishedRun: () => client.finishedRun,
    unreadable,
    waitForInput: (milliseconds) => client.waitForInput(milliseconds),
    takeAcknowledged,
    post: (message: SourceMessage) => main.post(message),
  }).run();
}

function surroundingsOf({ shared, usedSlots }: SourceStart, main: SourcePort): Surroundings {
  if (shared !== undefined) {
    return {
      slots: new Slots(shared.slots),
      link: new ThreadLink(shared.store),
      takeAcknowledged: () => (main.take() as Acknowledgement | undefined)?.position,
    };
  }
  if (!(main instanceof ProcessPort)) throw new Error('a thread shares its slots');
  const inbox = new SourceInbox(main);
  const { slots } = inbox;
  slots.mark(usedSlots);
  return { slots, link: inbox, takeAcknowledged: () => inbox.takeReleased() };
}

/** The time that a plugin waits for its store is not its own. */
function watchedStore(client: StoreClient, calls: GuardedCalls): PluginStore {
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

function watchedQueue(client: StoreClient, calls: GuardedCalls): PluginQueue {
  return {
    receive: (...args) => calls.inHost(() => client.receive(...args)),
    settle: (...args) => calls.inHost(() => client.settle(...args)),
  };
}

const main: SourcePort = openWorkerPort();
// A rejection is an error of our own: it ends the worker, and the main thread learns of it.
main.begin((start) => void readStream(start as SourceStart, main));
