// The exports of a source, as componentize-js wants them.

export interface Batch {
  readonly data: Uint8Array;
  /** Start and end of each event in `data`. */
  readonly spans: Uint32Array;
  /** Nanoseconds since 1970, or NO_TIME. */
  readonly times: BigUint64Array;
}

export type Step =
  | { readonly tag: 'events'; readonly val: Batch }
  /** Milliseconds. */
  | { readonly tag: 'idle'; readonly val: number }
  | { readonly tag: 'end' };

/** An event without a usable time of its own. */
export const NO_TIME = 0xffff_ffff_ffff_ffffn;

export interface Source {
  open(params: string): void;
  next(bytesMax: number, eventsMax: number): Step;
  checkpoint(): Uint8Array;
  resume(position: Uint8Array): void;
  acknowledge(position: Uint8Array): void;
  close(): void;
}
