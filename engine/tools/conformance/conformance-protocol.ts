import type { PreparedPlugin } from '../../plugin/prepare/prepared-plugin.ts';
import type { WatchMemory } from './call-watch.ts';
import type { Figures, PointName, PointResult } from './conformance.ts';
import type { SampleFile } from './sample-store.ts';

/** What the worker gets when it starts. */
export interface ConformanceOrder {
  readonly plugin: PreparedPlugin;
  readonly files: readonly SampleFile[];
  readonly location: string;
  readonly watch: WatchMemory;
  readonly points: readonly Exclude<PointName, 'rules'>[];
  readonly callMaxMs: number;
  readonly isMeasured: boolean;
  readonly isBailing: boolean;
}

export interface SentEvent {
  readonly data: Uint8Array;
  /** Nanoseconds since 1970, or all bits set. */
  readonly time: bigint;
}

export type ConformanceAnswer =
  | { readonly kind: 'begun'; readonly point: Exclude<PointName, 'rules'> }
  | { readonly kind: 'result'; readonly result: PointResult }
  | {
      readonly kind: 'end';
      readonly figures: Figures | undefined;
      readonly events: readonly SentEvent[];
    };
