/* The spools below `data_dir`: which one is an output's, and which ones no output takes any more. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPosition } from './position-file.ts';
import { findSegments, standOf } from './segments.ts';
import { readDestination, type SpoolDestination } from './spool-destination.ts';

/** What lies in a folder, looked at without changing anything. */
export interface SpoolContents {
  /** Name of its folder. */
  readonly name: string;
  readonly folder: string;
  /** Alerts that wait, those that are damaged among them. */
  readonly count: number;
  /** Bytes on disk. */
  readonly size: number;
  /** `undefined`: unknown. */
  readonly destination: SpoolDestination | undefined;
  /** Digests of its destination: one, or two different ones if a file is damaged. */
  readonly digests: readonly string[];
}

export async function lookIntoSpool(folder: string, name: string): Promise<SpoolContents> {
  const [destination, { position }, segments] = await Promise.all([
    readDestination(folder),
    readPosition(folder),
    findSegments(folder),
  ]);
  const { begin, end } = await standOf(segments, position);
  const digests = [destination?.digest, position?.digest].filter((one) => one !== undefined);
  const size = segments.reduce((sum, segment) => sum + segment.size, 0);
  return { name, folder, count: end - begin, size, destination, digests };
}

/** All below the folder, by name; none where there is no such folder. */
export async function findSpools(root: string): Promise<SpoolContents[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return await Promise.all(names.sort().map((name) => lookIntoSpool(join(root, name), name)));
}

export interface SpoolChoice {
  /** By output: the name of its folder. */
  readonly names: ReadonlyMap<string, string>;
  /** By output: further ones with its alerts, which another output of the same destination has left. */
  readonly further: ReadonlyMap<string, readonly SpoolContents[]>;
  /** With alerts that no output takes. */
  readonly unclaimed: readonly SpoolContents[];
}

/**
 * An output has the spool of its destination and form, whatever their names were; a new one is named after it, unless
 * alerts for another destination wait there.
 */
export function chooseSpools(
  destinations: readonly SpoolDestination[],
  found: readonly SpoolContents[],
): SpoolChoice {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const take = (output: string, name: string): void => {
    names.set(output, name);
    taken.add(name);
  };
  for (const { output, digest } of destinations) {
    const own = found.filter(({ name, digests }) => digests.includes(digest) && !taken.has(name));
    const waiting = own.filter(({ count }) => count > 0);
    const named = (one: SpoolContents): boolean => one.name === output;
    const chosen = waiting.find(named) ?? waiting[0] ?? own.find(named);
    if (chosen !== undefined) take(output, chosen.name);
  }
  const isFree = (name: string): boolean =>
    !taken.has(name) && (found.find((one) => one.name === name)?.count ?? 0) === 0;
  for (const { output } of destinations) {
    if (names.has(output)) continue;
    let name = output;
    for (let number = 2; !isFree(name); number++) name = `${output}-${number}`;
    take(output, name);
  }
  const further = new Map<string, SpoolContents[]>();
  for (const { output, digest } of destinations) {
    const left = found.filter((one) => {
      return one.count > 0 && !taken.has(one.name) && one.digests.includes(digest);
    });
    for (const { name } of left) taken.add(name);
    if (left.length > 0) further.set(output, left);
  }
  const unclaimed = found.filter(({ name, count }) => count > 0 && !taken.has(name));
  return { names, further, unclaimed };
}
