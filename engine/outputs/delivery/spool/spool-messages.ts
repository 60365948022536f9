/* Messages about damage in a spool. */

import { basename } from 'node:path';
import type { Segment } from './segments.ts';

export interface Loss {
  readonly lost: number;
  /** Number of the first alert that is lost. */
  readonly first: number;
  /** Bytes of the segment that cannot be read; `undefined`: there is nothing where they should be. */
  readonly damage: { readonly offset: number; readonly size: number } | undefined;
  /** Where the damaged file is kept. */
  readonly kept: string | undefined;
}

export interface LossPlace {
  readonly folder: string;
  readonly segments: readonly Segment[];
  readonly damaged: Segment | undefined;
}

export function lossMessage(
  { lost, first, damage, kept }: Loss,
  { folder, segments, damaged }: LossPlace,
): string {
  const which = lost === 1 ? '1 alert on disk is lost' : `${lost} alerts on disk are lost`;
  if (damage === undefined || damaged === undefined) {
    const holder = segments.filter((segment) => segment.first <= first).at(-1);
    const where = holder === undefined ? 'a segment' : basename(holder.path);
    return `${folder}: ${which}: ${where} ends early or is missing`;
  }
  const { offset, size } = damage;
  const copy = kept === undefined ? '' : `; the file is kept as ${basename(kept)}`;
  return `${damaged.path}: ${which}: ${size} bytes from byte ${offset} on are damaged${copy}`;
}

/** `isKnown`: one of its two entries is intact. */
export function positionMessage(folder: string, isKnown: boolean): string {
  const how = isKnown ? 'its other entry is used' : 'alerts that were delivered are sent again';
  return `${folder}: position is damaged; ${how}`;
}
