/* Streams whose events come from a source: what they open, and where they begin. */

import type { Config } from '../../config/config.ts';
import type { GrantedLocations } from '../../plugin/gate/grants.ts';
import { type Location, measureLocation, supplyOf } from '../../store/location/location.ts';
import type { InvalidLocation } from '../../store/location/location-kind.ts';
import type { GrantedRoots, StoreRoot } from '../../store/protocol/store-protocol.ts';
import type { CheckpointOwner } from '../checkpoint/checkpoint.ts';
import type { LoadedPlugin } from '../load/load-plugins.ts';
import { toRole } from '../load/plugin-role.ts';
import type { SlotLimits } from '../stream/slot-room.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import { toAwsAccess } from './aws-access.ts';
import { checkStream, findUnusedSecrets } from './check-streams.ts';
import { findStreams, type OpenedStream } from './opened-streams.ts';
import { findBeginning, type StreamBeginning } from './resume-stream.ts';
import type { StreamParts } from './stream-parts.ts';
import type { StreamPlan } from './stream-plan.ts';

export async function planSources(
  config: Config,
  plugins: readonly LoadedPlugin[],
  limits: SlotLimits,
): Promise<StreamPlan> {
  const { streams, diagnostics } = findStreams(config, plugins);
  return {
    plugins: streams.map(({ plugin }) => plugin),
    diagnostics: [
      ...diagnostics,
      ...streams.flatMap((stream) => checkStream(stream, config.webhook)),
      ...findUnusedSecrets(config.webhook, streams.flatMap(locationsOf)),
    ],
    create: (prepared) => {
      const begun = streams.map((stream) => {
        const role = toRole(stream.plugin, prepared);
        return { stream, role, beginning: findBeginningOf(stream, config, role) };
      });
      return {
        streams: begun.map(({ stream, role, beginning }) =>
          createStream(stream, role, beginning, {
            limits,
            reach: {
              aws: toAwsAccess(config.aws, stream.plugin.config.initConfig, process.env),
              webhook: config.webhook,
            },
          }),
        ),
        diagnostics: begun.flatMap(({ beginning }) => beginning.diagnostics),
      };
    },
  };
}

/** Its own, and those that were granted beside it. */
function locationsOf({ opened, plugin }: OpenedStream): OpenedStream['opened'][] {
  const { stores, queues } = plugin.config.grants;
  return [opened, ...Object.values(stores), ...Object.values(queues)];
}

/** How locations that are not of this machine are reached. */
type Reach = Pick<StoreRoot, 'aws' | 'webhook'>;

type Beginning = StreamBeginning & { readonly owner: CheckpointOwner };

/** Where it begins, as its checkpoint says. */
function findBeginningOf(stream: OpenedStream, config: Config, role: PluginRole): Beginning {
  const { opened } = stream;
  const { plugin } = role;
  const { name, version } = plugin.manifest;
  const owner = {
    stream: stream.name,
    openParams: opened.text,
    plugin: { name, version, digest: plugin.digest },
  };
  const hasPosition = opened.kind === 'text' || supplyOf(asLocation(opened)) === 'stored';
  const { dataDirectory, isFromStart } = config;
  const place = hasPosition ? dataDirectory : undefined;
  return { ...findBeginning(owner, { place, isFromStart, isFollowed: stream.isFollowed }), owner };
}

function createStream(
  stream: OpenedStream,
  role: PluginRole,
  beginning: Beginning,
  { limits, reach }: { readonly limits: SlotLimits; readonly reach: Reach },
): StreamParts {
  const { name, opened, isFollowed } = stream;
  const location = opened.kind === 'text' ? undefined : asLocation(opened);
  const supply = location === undefined ? 'stored' : supplyOf(location);
  const roots = grantedRoots(stream, reach, beginning.followed?.input);
  const hasInbox = supply === 'inbox' || Object.keys(roots.queues).length > 0;
  const isEndless = isFollowed || hasInbox || supply === 'live';
  const isLive = isEndless || supply === 'once';
  const setup = { name, isEndless, hasInbox, source: role, openParams: opened.text, limits };
  return {
    name,
    input: { kind: 'source', setup, roots, isLive },
    state: beginning.state,
    checkpoint:
      beginning.checkpointPath === undefined
        ? undefined
        : { path: beginning.checkpointPath, owner: beginning.owner },
    measureBytes: () =>
      location === undefined || isLive ? Promise.resolve(undefined) : measureLocation(location),
  };
}

/** `state`: of a followed location, where another process stood. */
function grantedRoots(stream: OpenedStream, reach: Reach, state: StoreRoot['state']): GrantedRoots {
  const { opened, isFollowed, plugin } = stream;
  const { queue } = plugin.file.manifest.capabilities;
  const toRoots = (
    granted: GrantedLocations,
    isWanted: (root: string) => boolean,
  ): Record<string, StoreRoot> =>
    Object.fromEntries(
      Object.entries(granted)
        .filter(([root]) => isWanted(root))
        .map(([root, location]) => [
          root,
          { ...reach, location: asLocation(location), isFollowed: false },
        ]),
    );
  const stores = toRoots(plugin.config.grants.stores, () => true);
  const queues = toRoots(plugin.config.grants.queues, (root) => queue.includes(root));
  if (opened.kind === 'text') return { stores, queues };
  const location = asLocation(opened);
  const input = { ...reach, location, isFollowed, state };
  return queue.includes('input') && supplyOf(location) === 'inbox'
    ? { stores, queues: { ...queues, input } }
    : { stores: { ...stores, input }, queues };
}

/** An invalid location is not opened: `checkStream` has an error for it. */
function asLocation(location: Location | InvalidLocation): Location {
  if (location.kind === 'invalid') throw new Error(`${location.text}: ${location.what}`);
  return location;
}
