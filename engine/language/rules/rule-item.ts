import type { Priority } from '../../base/priority.ts';
import type { ItemPlace } from './item-place.ts';
import type { FilePlace, PlacedText } from './placed-text.ts';

export interface ListItem {
  readonly name: string;
  readonly place: ItemPlace;
  readonly items: readonly string[];
  /** Position of the first definition, and of the latest definition or append, in one sequence. */
  readonly index: number;
  readonly visibility: number;
}

export interface MacroItem {
  readonly name: string;
  readonly place: ItemPlace;
  readonly condition: PlacedText;
  readonly index: number;
  readonly visibility: number;
}

/** A value of an exception: one word, or a list of them. */
export type ExceptionValue = PlacedText | ExceptionRow;

export interface ExceptionRow {
  readonly items: readonly ExceptionValue[];
  readonly place: FilePlace;
}

export function isRow(value: ExceptionValue): value is ExceptionRow {
  return 'items' in value;
}

export interface RuleException {
  readonly name: string;
  readonly place: ItemPlace;
  /** One field, or a tuple of them. */
  readonly fields: PlacedText | readonly PlacedText[];
  readonly comparisons: PlacedText | readonly PlacedText[];
  readonly values: readonly ExceptionValue[];
}

export interface RuleItem {
  readonly name: string;
  readonly place: ItemPlace;
  readonly condition: PlacedText;
  readonly output: PlacedText;
  readonly description: string;
  readonly priority: Priority;
  readonly source: string;
  /** The rule says its source itself. */
  readonly hasSource: boolean;
  readonly isKnownSource: boolean;
  readonly isEnabled: boolean;
  readonly tags: readonly string[];
  readonly exceptions: readonly RuleException[];
  readonly skipsUnknownFilter: boolean;
  readonly warnsEventTypes: boolean;
  readonly index: number;
  readonly visibility: number;
}

export interface PluginRequirement {
  readonly alternatives: readonly { readonly name: string; readonly version: string }[];
}
