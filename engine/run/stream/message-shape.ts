/* The messages of `stream-protocol.ts` that a source process may send, and what it may ask of its store. */

import { LIMITS } from '../../base/limits.ts';
import { PANE_COUNT } from '../../store/client/window-object.ts';
import {
  isBelow,
  isBigint,
  isBytes,
  isCount,
  isKind,
  isListOf,
  isMapOf,
  isOneOf,
  isOptional,
  isRecord,
  isText,
} from '../../worker/shape.ts';
import { SLOTS_PER_STREAM } from './slot-room.ts';
import { UNREADABLE_RUNS_MAX } from './unreadable-runs.ts';

/** Room for the note after a text that was cut. */
const CUT_ROOM = 64;
/** Names of plugins, and words like `deadline`. */
const isName = isText(64);
/** The worker cuts at so many bytes, and adds that it did. */
const isMessageText = isText(LIMITS.logLineSizeMax.value + CUT_ROOM);
const isRootText = isText(LIMITS.hostTextSizeMax.value);

export const isPluginLog = isRecord({
  lines: isListOf(
    isRecord({
      plugin: isName,
      level: isOneOf('error', 'warning', 'notice', 'debug'),
      message: isMessageText,
    }),
    LIMITS.logLinesMax.value,
  ),
  unlisted: isMapOf(isName, isCount, 1),
});

const isRunFault = isRecord({
  plugin: isName,
  kind: isName,
  message: isMessageText,
  eventNumber: isOptional(isCount),
});

const isNotes = isRecord({
  problems: isListOf(
    isRecord({
      severity: isOneOf('lost', 'warning'),
      subject: isText(LIMITS.subjectSizeMax.value + CUT_ROOM),
      line: isCount,
      message: isMessageText,
    }),
    LIMITS.problemLinesMax.value,
  ),
  unlistedProblems: isRecord({ lost: isCount, warnings: isCount }),
  log: isPluginLog,
});

const isBatch = isRecord({
  slot: isBelow(SLOTS_PER_STREAM),
  eventCount: isBelow(LIMITS.batchEventsMax.value + 1),
  dataSize: isBelow(LIMITS.batchDataSizeMax.value + 1),
  ownData: isOneOf('behind', undefined),
  firstEventNumber: isCount,
  firstTime: isBigint,
});

const isState = isRecord({
  position: isOptional(isBytes(LIMITS.positionSizeMax.value)),
  run: isCount,
  events: isCount,
  bytes: isCount,
  eventsWithoutTime: isCount,
  firstTime: isOptional(isBigint),
  latestTime: isOptional(isBigint),
});

const isNamed = { id: isCount, root: isName };
const isStoreRequest = isKind({
  list: isRecord({
    ...isNamed,
    after: isRootText,
    limit: isBelow(LIMITS.listEntriesMax.value + 1),
  }),
  open: isRecord({
    ...isNamed,
    path: isRootText,
    encoding: isOneOf('automatic', 'identity'),
    offset: isCount,
  }),
  receive: isRecord({ ...isNamed, max: isBelow(LIMITS.receivedMessagesMax.value + 1) }),
  settle: isRecord({
    ...isNamed,
    handles: isListOf(isBigint, LIMITS.settledMessagesMax.value),
    fate: isOneOf('done', 'retry'),
  }),
  room: isRecord({ object: isCount }),
  close: isRecord({ object: isCount }),
  read: isRecord({ object: isCount, pane: isBelow(PANE_COUNT) }),
});

/** Longer than anybody waits in one piece. */
const WAKE_MAX_MS = 60_000;

export const isSourceMessage = isKind({
  open: () => true,
  batch: isRecord({
    batch: isBatch,
    state: isState,
    finishedRun: isCount,
    notes: isOptional(isNotes),
  }),
  finished: isRecord({
    run: isCount,
    unreadable: isListOf(isRecord({ run: isCount, reason: isMessageText }), UNREADABLE_RUNS_MAX),
  }),
  notes: isRecord({ notes: isNotes }),
  ended: isRecord({ reason: isOneOf('end', 'interrupted') }),
  failed: isRecord({ fault: isRunFault }),
  store: isRecord({ request: isStoreRequest }),
  wake: isRecord({ id: isCount, milliseconds: isBelow(WAKE_MAX_MS) }),
});
