import type { FilePlace } from './placed-text.ts';

/** One step of the way to a finding, outermost first: Falco's `item_type` and `item_name`. */
export interface Location {
  readonly itemType: string;
  readonly itemName: string;
  readonly offset: number;
}

/** Where an item stands, and Falco's chain to it. */
export interface ItemPlace extends FilePlace {
  readonly locations: readonly Location[];
}
