/*
 * What a plugin asks for, and what an operator grants: everything else is denied. The one place that reads, compares
 * and completes grants; written they are one line each, `clock`, `store:NAME=LOCATION`, `queue:NAME=LOCATION`.
 */

import { type Location, parseLocation } from '../../store/location/location.ts';
import { type InvalidLocation, invalid } from '../../store/location/location-kind.ts';
import type { Manifest } from '../file/manifest.ts';

export type Grant =
  | { readonly kind: 'clock'; readonly capability: 'clock' }
  | {
      readonly kind: 'store' | 'queue';
      /** `store:NAME` or `queue:NAME`. */
      readonly capability: string;
      /** Name of the root. */
      readonly root: string;
      readonly location: Location | InvalidLocation;
    };

/** Locations by the name of their root. */
export type GrantedLocations = Readonly<Record<string, Location | InvalidLocation>>;

export interface Grants {
  readonly clock: boolean;
  readonly stores: GrantedLocations;
  readonly queues: GrantedLocations;
}

export const NO_GRANTS: Grants = Object.freeze({
  clock: false,
  stores: Object.freeze({}),
  queues: Object.freeze({}),
});

/** `folder`: the base of relative paths, absolute. `undefined`: no plugin can ask for such a thing. */
export function parseGrant(text: string, folder: string): Grant | undefined {
  if (text === 'clock') return { kind: 'clock', capability: 'clock' };
  const [, capability, kind, root, written = ''] =
    /^((store|queue):([^=]+))(?:=(.*))?$/s.exec(text) ?? [];
  if (capability === undefined || root === undefined) return undefined;
  if (kind !== 'store' && kind !== 'queue') return undefined;
  const location =
    written === ''
      ? invalid('', 'no location was given', `write \`${exampleGrant(capability)}\``)
      : parseLocation(written, folder);
  return { kind, capability, root, location };
}

/** With an absolute path, wherever it was written. */
export function writeGrant(grant: Grant): string {
  return grant.kind === 'clock' ? grant.capability : `${grant.capability}=${grant.location.text}`;
}

/** If two grants name the same root, the later one counts. */
export function toGrants(grants: readonly Grant[]): Grants {
  const locationsOf = (kind: 'store' | 'queue'): GrantedLocations =>
    Object.fromEntries(
      grants.flatMap((grant) => (grant.kind === kind ? [[grant.root, grant.location]] : [])),
    );
  const clock = grants.some(({ kind }) => kind === 'clock');
  return { clock, stores: locationsOf('store'), queues: locationsOf('queue') };
}

/** All that a plugin asks for, needed or not. */
export function askedCapabilities({ capabilities }: Manifest): string[] {
  return [...(capabilities.clock === false ? [] : ['clock']), ...rootsOf(capabilities)];
}

/** Capabilities it requires, beyond the location that it opens. Naming that location grants it. */
function requiredCapabilities({ capabilities, source }: Manifest): string[] {
  const isInput = (capability: string): boolean =>
    source?.openParams === 'location' && /^(?:store|queue):input$/.test(capability);
  return [
    ...(capabilities.clock === true ? ['clock'] : []),
    ...rootsOf(capabilities).filter((capability) => !isInput(capability)),
  ];
}

function rootsOf({ store, queue }: Manifest['capabilities']): string[] {
  return [...store.map((root) => `store:${root}`), ...queue.map((root) => `queue:${root}`)];
}

/** Required capabilities that nobody granted; a location of the other kind is refused when the plugin asks for it. */
export function missingCapabilities(manifest: Manifest, grants: Grants): string[] {
  const { clock, stores, queues } = grants;
  const granted = new Set([
    ...(clock ? ['clock'] : []),
    ...rootsOf({ clock, store: Object.keys(stores), queue: Object.keys(queues) }),
  ]);
  return requiredCapabilities(manifest).filter((capability) => !granted.has(capability));
}

/** What ships with the product may know the time: it is harmless there. */
export function mayKnowTime(manifest: Manifest, grants: Grants, isBundled: boolean): boolean {
  return grants.clock || (isBundled && manifest.capabilities.clock !== false);
}

/** What to type for a capability. */
export function exampleGrant(capability: string): string {
  if (capability.startsWith('store:')) return `${capability}=PATH`;
  return capability.startsWith('queue:') ? `${capability}=sqs://NAME` : capability;
}
