/* Streams whose events come from a source: what they open, and where they begin. */

import type { CheckpointOwner } from '../checkpoint/checkpoint.ts';
import type { Config } from '../config/config.ts';
import { S3_SCHEME } from '../store/aws/s3-location.ts';
import { isInbox } from '../store/inbox/inbox-location.ts';
import type { GrantedRoots, StoreRoot } from '../store/store-protocol.ts';

import type { SlotLimits } from '../stream/slot-room.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import { toAwsAccess } from './aws-access.ts';
import {
  checkLocation,
  checkQueues,
  isEndlessLocation,
  isLiveOnly,
  toStoreLocation,
} from './check-location.ts';
import { findUnusedSecrets } from './check-webhook.ts';
import type { StreamParts } from './engine-parts.ts';
import type { LoadedPlugin } from './load-plugins.ts';
import { measureLocation } from './measure-location.ts';
import { findStreams, type OpenedStream } from './opened-streams.ts';
import { toRole } from './plugin-role.ts';
import { findBeginning, type StreamBeginning } from './resume-stream.ts';
import type { StreamPlan } from './stream-plan.ts';

export async function planSources(
  config: Config,
  plugins: readonly LoadedPlugin[],
  limits: SlotLimits,
): Promise<StreamPlan> {
  const { streams, diagnostics } = findStreams(config, plugins);
  const ofLocations = await Promise.all(
    streams.map(async (stream) => [
      ...(await checkLocation(stream, config)),
      ...checkQueues(stream, config),
    ]),
  );
  return {
    plugins: streams.map(({ plugin }) => plugin),
    diagnostics: [
      ...diagnostics,
      ...ofLocations.flat(),
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
function locationsOf(stream: OpenedStream): string[] {
  const { storeRoots, queueRoots } = stream.plugin.config.grants;
  const granted = [...Object.values(storeRoots), ...Object.values(queueRoots)];
  return isOfLocation(stream) ? [toStoreLocation(stream.openParams), ...granted] : granted;
}

/** How locations that are not of this machine are reached. */
type Reach = Pick<StoreRoot, 'aws' | 'webhook'>;

type Beginning = StreamBeginning & { readonly owner: CheckpointOwner };

/** Where it begins, as its checkpoint says. */
function findBeginningOf(stream: OpenedStream, config: Config, role: PluginRole): Beginning {
  const { plugin } = role;
  const { name, version } = plugin.manifest;
  const owner = {
    stream: stream.name,
    openParams: toStoreLocation(stream.openParams),
    plugin: { name, version, digest: plugin.digest },
  };
  return { ...findBeginning(config, owner, isFollowedLocation(stream)), owner };
}

function createStream(
  stream: OpenedStream,
  role: PluginRole,
  beginning: Beginning,
  { limits, reach }: { readonly limits: SlotLimits; readonly reach: Reach },
): StreamParts {
  const { name } = stream;
  const isLocation = isOfLocation(stream);
  const openParams = isLocation ? toStoreLocation(stream.openParams) : stream.openParams;
  const isFollowed = isFollowedLocation(stream);
  const roots = grantedRoots(stream, reach, beginning.followed?.input);
  const hasInbox = (isLocation && isInbox(openParams)) || Object.keys(roots.queues).length > 0;
  const isLive = isFollowed || hasInbox || (isLocation && isLiveOnly(openParams));
  const setup = {
    name,
    isEndless: isFollowed || hasInbox || (isLocation && isEndlessLocation(openParams)),
    hasInbox,
    source: role,
    openParams,
    limits,
  };
  return {
    name,
    input: { kind: 'source', setup, roots, isLive },
    state: beginning.state,
    checkpoint:
      beginning.checkpointPath === undefined
        ? undefined
        : { path: beginning.checkpointPath, owner: beginning.owner },
    measureBytes: () =>
      isLocation && !isLive && !openParams.startsWith(S3_SCHEME)
        ? measureLocation(openParams)
        : Promise.resolve(undefined),
  };
}

/** `state`: of a followed location, where another process stood. */
function grantedRoots(stream: OpenedStream, reach: Reach, state: StoreRoot['state']): GrantedRoots {
  const { config, file } = stream.plugin;
  const { queue } = file.manifest.capabilities;
  const toRoots = (granted: Readonly<Record<string, string>>): Record<string, StoreRoot> =>
    Object.fromEntries(
      Object.entries(granted).map(([root, location]) => [
        root,
        { ...reach, location, isFollowed: false },
      ]),
    );
  const stores = toRoots(config.grants.storeRoots);
  const asked = Object.entries(config.grants.queueRoots).filter(([root]) => queue.includes(root));
  const queues = toRoots(Object.fromEntries(asked));
  if (!isOfLocation(stream)) return { stores, queues };
  const location = toStoreLocation(stream.openParams);
  const input = { ...reach, location, isFollowed: isFollowedLocation(stream), state };
  return queue.includes('input') && isInbox(location)
    ? { stores, queues: { ...queues, input } }
    : { stores: { ...stores, input }, queues };
}

function isOfLocation({ plugin }: OpenedStream): boolean {
  return plugin.file.manifest.source?.openParams === 'location';
}

/** What is live is followed anyway. */
function isFollowedLocation(stream: OpenedStream): boolean {
  const isLive = isLiveOnly(toStoreLocation(stream.openParams));
  return stream.isFollowed && isOfLocation(stream) && !isLive;
}
