import type { Priority } from '../../base/priority.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { Location } from './load-finding.ts';

/** Where an item stands: its document, its place, and Falco's chain to it. */
export interface ItemPlace {
  readonly documentName: string;
  readonly span: Span;
  readonly locations: readonly Location[];
}

/** A text of a rules file with the document offset of each of its characters (-1: not from the file). */
export interface PlacedText {
  readonly text: string;
  readonly origins: readonly number[];
  readonly documentName: string;
}

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
export type ExceptionValue = string | readonly ExceptionValue[];

export interface RuleException {
  readonly name: string;
  readonly place: ItemPlace;
  /** One field, or a tuple of them. */
  readonly fields: string | readonly string[];
  readonly comparisons: string | readonly string[];
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
