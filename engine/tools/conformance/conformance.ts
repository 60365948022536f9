/* The points of the conformance kit: what is tried, in which order, and the results. */

export interface Point {
  /** Stable word, as `source.resume`. */
  readonly name: string;
  /** What holds, as a sentence without its end. */
  readonly title: string;
}

export const POINTS = [
  { name: 'start', title: 'it starts and takes its init configuration' },
  { name: 'source.events', title: 'it gives the events of the location and comes to an end' },
  { name: 'source.limits', title: 'a batch is no larger than it is asked for' },
  { name: 'source.determinism', title: 'it gives the same events however it is read' },
  { name: 'source.waiting', title: 'it waits for what comes later, and loses nothing' },
  { name: 'source.resume', title: 'it resumes from any position with the events that follow' },
  { name: 'source.position', title: 'it refuses what is no position, without falling over' },
  { name: 'source.acknowledge', title: 'it takes acknowledgements and gives the same events' },
  { name: 'source.damage', title: 'it bears damaged input and comes to an end' },
  { name: 'source.failure', title: 'it bears a store that fails, and says what was not read' },
  { name: 'extractor.configure', title: 'it knows every field of its manifest' },
  { name: 'extractor.values', title: 'values are of the types in its manifest' },
  { name: 'extractor.determinism', title: 'an event has the same values in any company' },
  { name: 'extractor.plans', title: 'plans do not disturb each other' },
  { name: 'extractor.hostile', title: 'it bears hostile events, in every field' },
  { name: 'extractor.memory', title: 'its memory does not grow with the number of events' },
  { name: 'rules', title: 'the rules that it carries load, and alert on its samples' },
] as const satisfies readonly Point[];

export type PointName = (typeof POINTS)[number]['name'];

export interface PointResult {
  readonly point: PointName;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was tried and found, or why not. */
  readonly message: string;
  readonly milliseconds: number;
}

/** Measured on the way; `undefined`: not reached. */
export interface Figures {
  /** Instantiate and init, without preparing the component. */
  readonly startMs: number | undefined;
  readonly events: number;
  readonly bytes: number;
  readonly sourceEventsPerSecond: number | undefined;
  readonly sourceBytesPerSecond: number | undefined;
  readonly extractEventsPerSecond: number | undefined;
  /** Bytes of all memories of an instance, at most. */
  readonly memoryBytes: number;
  /** The longest call, of what a call may take. */
  readonly longestCallMs: number;
  readonly callMaxMs: number;
}
