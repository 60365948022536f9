/* What one stream of a run is made of. */

import type { GrantedRoots } from '../../store/protocol/store-protocol.ts';
import type { CheckpointOwner } from '../checkpoint/checkpoint.ts';
import type { SourceSetup, StreamState } from '../stream/stream-protocol.ts';

export interface StreamParts {
  /** For people. */
  readonly name: string;
  /** Its events come from a source, or were set aside by another run. */
  readonly input: SourceInput | LetterInput;
  /** Where it begins. */
  readonly state: StreamState;
  /** Where it is kept how far the outputs have it; `undefined`: nowhere. */
  readonly checkpoint: { readonly path: string; readonly owner: CheckpointOwner } | undefined;
  /** Stored bytes of the stream, if it has an end. */
  readonly measureBytes: () => Promise<number | undefined>;
}

export interface SourceInput {
  readonly kind: 'source';
  readonly setup: SourceSetup;
  /** Granted to the source. How they are reached is for the I/O thread alone. */
  readonly roots: GrantedRoots;
  /** It waits for what comes. */
  readonly isLive: boolean;
}

export interface LetterInput {
  readonly kind: 'dead-letters';
  readonly path: string;
  /** As in `DeadLetterFeedOptions`. */
  readonly knownSources: readonly string[] | undefined;
}
