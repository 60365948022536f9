/* What a plugin asks for, as it is granted and compared: one line each. */

import type { Manifest } from '../plugin/manifest.ts';

/**
 * `clock`, `store:NAME`, `queue:NAME`: what it cannot do without, beyond the location that it is told to open. That is
 * granted by naming it.
 */
export function requiredCapabilities({ capabilities, source }: Manifest): string[] {
  const isInput = (root: string): boolean => root === 'input' && source?.openParams === 'location';
  return [
    ...(capabilities.clock === true ? ['clock'] : []),
    ...capabilities.store.filter((root) => !isInput(root)).map((root) => `store:${root}`),
    ...capabilities.queue.filter((root) => !isInput(root)).map((root) => `queue:${root}`),
  ];
}

/** Of a grant, `store:lookup=./lookup`, what it grants: `store:lookup`. */
export function capabilityOf(grant: string): string {
  return grant.split('=', 1)[0] ?? grant;
}

/** What none of the grants has. */
export function missingCapabilities(manifest: Manifest, grants: readonly string[]): string[] {
  const granted = new Set(grants.map(capabilityOf));
  return requiredCapabilities(manifest).filter((capability) => !granted.has(capability));
}

/** What to type for it. */
export function exampleGrant(capability: string): string {
  if (capability.startsWith('store:')) return `${capability}=PATH`;
  return capability.startsWith('queue:') ? `${capability}=sqs://NAME` : capability;
}
