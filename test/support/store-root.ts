/* Roots as the engine gives them to its I/O thread, for locations of this machine. */

import { type Location, parseLocation } from '../../engine/store/location/location.ts';
import type { WebhookLocation } from '../../engine/store/location/webhook-location.ts';
import type { StoreRoot } from '../../engine/store/protocol/store-protocol.ts';

export const NOBODY_ELSE: StoreRoot['webhook'] = {
  certificateFile: undefined,
  keyFile: undefined,
  bodySizeMax: 1_000,
  authentication: [],
};

const NO_AWS: StoreRoot['aws'] = {
  profile: undefined,
  region: undefined,
  endpoint: undefined,
  isPathStyle: false,
  concurrency: 1,
  queues: { ownerAccount: undefined, isDeleting: false, visibilitySeconds: 30 },
  polling: { intervalMs: 1_000, lookBackMs: 0 },
  environment: {},
};

/** Throws for a text that is not a location. */
export function locationOf(text: string): Location {
  const location = parseLocation(text, process.cwd());
  if (location.kind === 'invalid') throw new Error(`${text}: ${location.what}`);
  return location;
}

export function webhookAt(port: number, path: string): WebhookLocation {
  const location = locationOf(`http://127.0.0.1:${port}${path}`);
  if (location.kind !== 'webhook') throw new Error('not a webhook');
  return location;
}

export function storeRoot(text: string): StoreRoot {
  return { location: locationOf(text), isFollowed: false, aws: NO_AWS, webhook: NOBODY_ELSE };
}
