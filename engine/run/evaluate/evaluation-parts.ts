/* The parts that are passed around while a batch is evaluated. */

import type { Matches } from '../../detect/match-batch/detector.ts';
import type { SlotPlan } from '../../detect/plan/extraction-plan.ts';
import type { Column } from '../../event/column/column.ts';
import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';
import type { MatchedBatch } from './matched-batch.ts';

/** The column of some rows as one of all: absent in the others. */
export function spread(column: Column, rows: Uint32Array, eventCount: number): Column {
  const cells = new Uint32Array(eventCount);
  for (let index = 0; index < rows.length; index++) cells[rows[index]!] = column.cells[index]!;
  return { ...column, cells };
}

/** Consecutive events of the stream. */
interface Events {
  readonly events: EventBatch;
  readonly firstEventNumber: number;
}

/** Consecutive events, evaluated without some plugins. */
export interface EventPart extends Events {
  readonly without: ReadonlySet<string>;
}

/** What holds for which events of a batch. */
export interface BatchMatches {
  readonly matches: Matches;
  readonly matched: MatchedBatch;
  readonly ruleIndexes: readonly number[];
  readonly firstEventNumber: number;
}

/** Some of the matched events. */
export interface MatchedRange {
  readonly from: number;
  readonly to: number;
  readonly without: ReadonlySet<string>;
}

export interface EventsWithColumns extends Events {
  readonly columns: readonly Column[];
  readonly plan: SlotPlan;
}
