/* What a kind of location has to say of itself. */

import type { WebhookAccess } from './webhook-access.ts';

/** How events come from a kind of location: whether there is an end, and whether they can be read again. */
export type Supply =
  /** They lie there: they can be read again, from any position, and followed. */
  | 'stored'
  /** They are given once, up to their end. */
  | 'once'
  /** Events arrive until the run is stopped; those read before cannot be read again. */
  | 'live'
  /** The same, and their sender waits for what becomes of them. */
  | 'inbox';

/** What all locations have. */
export interface Place<Kind extends string> {
  readonly kind: Kind;
  /** As it is written in one way only: paths are absolute. */
  readonly text: string;
}

/** A text that is not a location. */
export interface InvalidLocation extends Place<'invalid'> {
  /** What is wrong with it, as the end of a sentence: `no bucket was named`. */
  readonly what: string;
  readonly hint: string | undefined;
}

/** What this machine has to say of a location. */
export interface LocationFinding {
  /** `unprotected`: it can be opened, and so by everybody else. */
  readonly kind: 'unreadable' | 'unprotected';
  /** The end of a sentence, as in `InvalidLocation`. */
  readonly what: string;
  readonly hint: string | undefined;
}

/** What a look at a location shows. */
export interface CheckContext {
  readonly pluginName: string;
  readonly webhook: WebhookAccess;
}

export interface LocationKind<L extends Place<string>> {
  readonly supply: Supply;
  /** Whether a text is meant to be one, right or wrong. */
  readonly pattern: RegExp;
  /** `folder`: the base of relative paths, absolute. */
  parse(text: string, folder: string): L | InvalidLocation;
  /** Whether it can be opened on this machine; never throws. */
  check(location: L, context: CheckContext): LocationFinding[];
  /** Stored bytes; `undefined` when unknown (or not known soon enough). */
  measure(location: L): Promise<number | undefined>;
}

/** For what has no size. */
export function measureNothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

export function invalid(text: string, what: string, hint?: string): InvalidLocation {
  return { kind: 'invalid', text, what, hint };
}

export function unreadable(what: string, hint?: string): LocationFinding {
  return { kind: 'unreadable', what, hint };
}
