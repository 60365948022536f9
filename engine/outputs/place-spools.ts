/* Where the alerts of each output wait: a spool is found by whom its alerts are for, never by a name that may move. */

import { basename, dirname, join } from 'node:path';
import { countOf } from '../base/quantity.ts';
import type { Config } from '../config/config.ts';
import type { OutputConfig } from '../config/output-config.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { SpoolDestination } from './delivery/spool/spool-destination.ts';
import {
  chooseSpools,
  findSpools,
  lookIntoSpool,
  type SpoolContents,
} from './delivery/spool/spool-folders.ts';
import type { SpoolOptions } from './delivery/spool/spool-options.ts';

export interface PlacedSpools {
  /** By output; without those that have none. */
  readonly spools: ReadonlyMap<string, SpoolOptions>;
  readonly diagnostics: readonly Diagnostic[];
}

export async function placeSpools(config: Config): Promise<PlacedSpools> {
  const root = sharedFolder(config);
  const found = root === undefined ? [] : await findSpools(root);
  const shared = config.outputs.filter(({ delivery }) => delivery?.spool?.isShared === true);
  const { names, further, unclaimed } = chooseSpools(shared.map(destinationFor), found);
  const spools = new Map<string, SpoolOptions>();
  for (const output of config.outputs) {
    const spool = output.delivery?.spool;
    if (spool === undefined) continue;
    const { folder: place, isShared, sizeMax } = spool;
    const folder = isShared ? join(place, names.get(output.name) ?? output.name) : place;
    // `data_dir` is locked as a whole.
    const absorbed = (further.get(output.name) ?? []).map((one) => one.folder);
    const destination = destinationFor(output);
    spools.set(output.name, { folder, sizeMax, isLocked: isShared, destination, absorbed });
  }
  return { spools, diagnostics: unclaimed.map(sayUnclaimed) };
}

/** All spools that the configuration knows of, also those that no output takes, with the output that takes them. */
export async function listSpools(
  config: Config,
): Promise<readonly (SpoolContents & { readonly output: string | undefined })[]> {
  const root = sharedFolder(config);
  const { spools } = await placeSpools(config);
  const owners = new Map([...spools].map(([output, { folder }]) => [folder, output]));
  const below = root === undefined ? [] : await findSpools(root);
  const apart = [...owners.keys()].filter((folder) => dirname(folder) !== root);
  const others = apart.map((folder) =>
    lookIntoSpool(folder, basename(folder)).catch(() => undefined),
  );
  const all = [...below, ...(await Promise.all(others)).filter((one) => one !== undefined)];
  return all.map((one) => ({ ...one, output: owners.get(one.folder) }));
}

export function whomFor({ destination }: Pick<SpoolContents, 'destination'>): string {
  return destination === undefined
    ? 'an unknown destination'
    : `${destination.label} (${destination.form})`;
}

function destinationFor({ name, destination }: OutputConfig): SpoolDestination {
  return { output: name, ...destination };
}

function sharedFolder({ dataDirectory }: Config): string | undefined {
  return dataDirectory === undefined ? undefined : join(dataDirectory, 'spool');
}

function sayUnclaimed(spool: SpoolContents): Diagnostic {
  const count = countOf(spool.count, 'alert');
  const wait = spool.count === 1 ? 'waits' : 'wait';
  const what = `${count} in spool \`${spool.name}\` ${wait} for ${whomFor(spool)}`;
  const message = `${what}, which is no output of the configuration`;
  return createDiagnostic('SPOOL_UNCLAIMED', { message });
}
