/* Streams whose events come from a source: what they open, and where they begin. */

import type { CheckpointOwner } from '../checkpoint/checkpoint.ts';
import type { Config } from '../config/config.ts';
import { S3_SCHEME } from '../store/aws/s3-location.ts';
import { isInbox } from '../store/inbox/inbox-location.ts';
import type { StoreRoot } from '../store/store-protocol.ts';
import type { SlotLimits } from '../stream/slot-room.ts';
import type { PluginRole } from '../stream/stream-protocol.ts';
import { toAwsAccess } from './aws-access.ts';
import { checkLocation, isEndlessLocation, isLiveOnly, toStoreLocation } from './check-location.ts';
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
  const ofLocations = await Promise.all(streams.map((stream) => checkLocation(stream, config)));
  return {
    plugins: streams.map(({ plugin }) => plugin),
    diagnostics: [...diagnostics, ...ofLocations.flat()],
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
  const { name, plugin } = stream;
  const isLocation = isOfLocation(stream);
  const openParams = isLocation ? toStoreLocation(stream.openParams) : stream.openParams;
  const isFollowed = isFollowedLocation(stream);
  const isLive = isFollowed || (isLocation && isLiveOnly(openParams));
  const setup = {
    name,
    isEndless: isFollowed || (isLocation && isEndlessLocation(openParams)),
    hasInbox: isLocation && isInbox(openParams),
    source: role,
    openParams,
    limits,
  };
  const granted = Object.entries(plugin.config.grants.storeRoots).map(
    ([root, location]) => [root, { ...reach, location, isFollowed: false }] as const,
  );
  const state = beginning.followed?.input;
  const input = { input: { ...reach, location: openParams, isFollowed, state } };
  const roots = { ...Object.fromEntries(granted), ...(isLocation ? input : {}) };
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

function isOfLocation({ plugin }: OpenedStream): boolean {
  return plugin.file.manifest.source?.openParams === 'location';
}

/** What is live is followed anyway. */
function isFollowedLocation(stream: OpenedStream): boolean {
  const isLive = isLiveOnly(toStoreLocation(stream.openParams));
  return stream.isFollowed && isOfLocation(stream) && !isLive;
}
