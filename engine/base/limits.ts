import { COMPONENT_LIMITS } from './component-limits.ts';
import type { Limit } from './limit.ts';

/** Every limit of the engine in one table: value, unit, why. Operators may lower (or raise) those marked so. */
export const LIMITS = {
  ...COMPONENT_LIMITS,
  callTimeMax: {
    value: 5_000,
    unit: 'ms',
    why: 'a batch takes about 2 ms; slow machines and cold code get a thousand times that',
  },
  eventTimeMax: {
    value: 2_000,
    unit: 'ms',
    why: 'a call with one event alone, after a call with several did not come back; one of 16 MB takes 0.2 s',
  },
  eventShareTime: {
    value: 2,
    unit: 'ms',
    why: 'of a call, for each event; ours take 0.002, one with a JavaScript engine inside below 1. More is lost time',
  },
  lostTimeMax: {
    value: 9_000,
    unit: 'ms',
    why: 'time of an extractor for nothing, or beyond its share; it is forgiven over a minute. Then it is not called',
  },
  foreignSchemaTimeMax: {
    value: 1_000,
    unit: 'ms',
    why: 'compiling a plugin’s own schema and validating an init configuration takes some ms',
  },
  transpileTimeMax: {
    value: 30_000,
    unit: 'ms',
    why: 'ours take 0.3 s; a 12 MB component takes some seconds',
  },
  startTimeMax: {
    value: 10_000,
    unit: 'ms',
    why: 'instantiate, init, open and configure together',
  },
  storeTimeMax: {
    value: 60_000,
    unit: 'ms',
    why: 'a disk that slept or a network that was away; longer, and the object is reported as lost',
  },
  batchEventsMax: {
    value: 2_048,
    unit: 'count',
    why: 'cost of a call is spread over enough events; bitsets stay in the first-level cache',
  },
  batchSizeMax: {
    value: 1 << 20,
    unit: 'bytes',
    why: 'fits the second-level cache together with its columns',
  },
  processBatchSizeMax: {
    value: 2 << 20,
    unit: 'bytes',
    why: 'the same where an extractor is a process: each call of it costs 0.1 ms more; eight lie in /dev/shm',
  },
  batchDataSizeMax: {
    value: 24 << 20,
    unit: 'bytes',
    why: 'a batch with one event of the largest size, and what was read ahead',
  },
  eventSizeMax: {
    value: 16 << 20,
    unit: 'bytes',
    why: 'CloudTrail records reach 256 KiB; a 10 MB one is read, a 1 GB line is not',
  },
  hostTextSizeMax: {
    value: 1 << 20,
    unit: 'bytes',
    why: 'paths have 4 kB; a longer text in a call of the host is a fault, not a message to be cut',
  },
  hostCallsMax: {
    value: 250_000,
    unit: 'count',
    why: 'calls of the host within one call of a plugin; passing over an empty object takes four',
  },
  openObjectsMax: {
    value: 64,
    unit: 'count',
    why: 'a plugin reads one or two objects at a time; each costs a descriptor and 64 kB',
  },
  largeRingsMax: {
    value: 8,
    unit: 'count',
    why: 'so many of the open objects have 2 MB to be read ahead, beside those that a store reads ahead itself',
  },
  listEntriesMax: {
    value: 4_096,
    unit: 'count',
    why: 'entries of one answer; the next call goes on',
  },
  receivedMessagesMax: {
    value: 1_000,
    unit: 'count',
    why: 'messages of one answer; the next call goes on',
  },
  settledMessagesMax: {
    value: 10_000,
    unit: 'count',
    why: 'handles of one call; so many messages are never open',
  },
  receiveCallsMax: {
    value: 1_000,
    unit: 'count',
    why: 'questions for messages within one call of a plugin: the time in them is not counted as its own',
  },
  queueWaitMax: {
    value: 1_000,
    unit: 'ms',
    why: 'a plugin that waits learns of nothing: it answers `idle` instead',
  },
  readSizeMax: {
    value: 4 << 20,
    unit: 'bytes',
    why: 'a read may give less than was asked for; a batch has 1 MiB',
  },
  emptyMembersMax: {
    value: 10_000,
    unit: 'count',
    why: 'gzip members or zstd frames of an object with hardly anything in them: 0.7 s',
  },
  outputPartsMax: {
    value: 1_000,
    unit: 'count',
    why: 'fields, and texts between them, of an output: its line is cut at 64 KiB',
  },
  emptyBatchesMax: {
    value: 10_000,
    unit: 'count',
    why: 'answers of a source without an event or a byte read, in a row; who waits says so (`idle`)',
  },
  answerTextSizeMax: {
    value: 4 << 10,
    unit: 'bytes',
    why: 'values of a field per event of a batch, beyond twice its bytes: cells may share a text, each is read',
  },
  alertsSizeMax: {
    value: 16 << 20,
    unit: 'count',
    why: 'characters of the alerts of a batch, beyond what their events have; four batches are on their way',
  },
  alertsTotalMax: {
    value: 104 << 20,
    unit: 'count',
    why: 'characters of the values of all alerts of a batch, which has one event where alerts are as large as that',
  },
  rulesTimeMax: {
    value: 30_000,
    unit: 'ms',
    why: 'rules that are read again while a run goes on; 10,000 rules take 3 s',
  },
  rulesMemoryMax: {
    value: 512 << 20,
    unit: 'bytes',
    why: 'the same; 10,000 rules take 200 MB',
  },
  undeliveredSizeMax: {
    value: 32 << 20,
    unit: 'count',
    why: 'characters of alerts that wait for outputs: with more no further batch is evaluated beside them',
  },
  searchValuesMax: {
    value: 1_000_000,
    unit: 'count',
    why: 'different values that `tiercel search --count` tells apart; more are counted together',
  },
  dictionaryEntrySizeMax: {
    value: 4_096,
    unit: 'bytes',
    why: 'our plugins intern up to 512 bytes',
  },
  dictionaryEntriesMax: {
    value: 65_536,
    unit: 'count',
    why: 'of a field, until its plugin begins anew: ours have 4,096',
  },
  dictionarySizeMax: {
    value: 32 << 20,
    unit: 'bytes',
    why: 'of all fields of a plan: ours begin anew at 8 MiB',
  },
  positionSizeMax: { value: 64 << 10, unit: 'bytes', why: 'a path, an offset and some counters' },
  stopTimeMax: {
    value: 2_000,
    unit: 'ms',
    why: 'alerts of events read before a stop get so long to arrive; 5 s with everything that ends then',
  },
  settleTimeMax: {
    value: 300,
    unit: 'ms',
    why: 'outputs that were closed have answered all deliveries; what is evaluated then does not count',
  },
  idleTimeMax: { value: 60_000, unit: 'ms', why: 'a source may ask for a pause, not for silence' },
  logLinesMax: {
    value: 1_000,
    unit: 'count',
    why: 'printed lines a run and plugin; the rest is counted',
  },
  logLineSizeMax: { value: 1_024, unit: 'bytes', why: 'longer messages are cut' },
  subjectSizeMax: { value: 4_096, unit: 'bytes', why: 'the longest path of Linux' },
  problemLinesMax: {
    value: 100,
    unit: 'count',
    why: 'printed problems a run; the rest is counted',
  },
  faultsMax: {
    value: 16,
    unit: 'count',
    why: 'faults in a row that are forgiven; a plugin with more is not called any more',
  },
  faultsRefill: {
    value: 60_000,
    unit: 'ms',
    why: 'after a minute without a fault all of them are forgiven again',
  },
} as const satisfies Record<string, Limit>;
