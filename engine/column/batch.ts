import type { Column } from './column.ts';

/** Events read together, with the columns that the conditions need. */
export interface Batch {
  readonly eventCount: number;
  /** `evt.num` of the first event (1 for the first of a stream). */
  readonly firstEventNumber: number;
  readonly data: Uint8Array;
  /** Event i is data[spans[2i] .. spans[2i+1]]. */
  readonly spans: Uint32Array;
  /** Nanoseconds since 1970; every event has one. */
  readonly times: BigUint64Array;
  /** By slot of the plan's plugin requests. */
  readonly columns: readonly Column[];
}
