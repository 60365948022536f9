/* Where a stream begins: behind what its outputs have had, when there is a checkpoint that fits. */

import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemErrorText } from '../../base/system-error.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { FollowedRoots } from '../../store/protocol/store-protocol.ts';
import {
  type Checkpoint,
  type CheckpointOwner,
  parseCheckpoint,
} from '../checkpoint/checkpoint.ts';
import { readCheckpointFile } from '../checkpoint/checkpoint-file.ts';
import { START_OF_STREAM, type StreamState } from '../stream/stream-protocol.ts';

export interface StreamBeginning {
  readonly state: StreamState;
  /** Where its checkpoint is kept; `undefined`: it has none. */
  readonly checkpointPath: string | undefined;
  /** How far followed files were read; `undefined`: not read yet, or not followed. */
  readonly followed: FollowedRoots | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export interface BeginningOptions {
  /** The data directory; `undefined`: nothing is kept, or the stream cannot be read a second time. */
  readonly place: string | undefined;
  readonly isFromStart: boolean;
  readonly isFollowed: boolean;
}

/** What `--from-start` is for. */
const CHOICE = '`--from-start` reads the stream from its start, and replaces the checkpoint';

export function findBeginning(
  owner: CheckpointOwner,
  { place, isFromStart, isFollowed }: BeginningOptions,
): StreamBeginning {
  const start = { state: START_OF_STREAM, followed: undefined };
  const none = { ...start, checkpointPath: undefined, diagnostics: [] };
  if (place === undefined) return none;
  const checkpointPath = join(place, 'checkpoints', `${owner.stream}.json`);
  const fresh = { ...none, checkpointPath };
  const refuse = (message: string, hint?: string): StreamBeginning => ({
    ...fresh,
    diagnostics: [createDiagnostic('CHECKPOINT_UNUSABLE', { message, hint })],
  });
  let text: string | undefined;
  try {
    text = readCheckpointFile(checkpointPath);
    accessSync(dirname(checkpointPath), constants.W_OK);
  } catch (error) {
    return refuse(`the checkpoint ${checkpointPath} cannot be used: ${systemErrorText(error)}`);
  }
  if (text === undefined || isFromStart) return fresh;
  const found = parseCheckpoint(text);
  if (found === undefined) {
    return refuse(`${checkpointPath} is not a checkpoint, or one of another version`, CHOICE);
  }
  const misfit = findMisfit(found, owner, isFollowed);
  if (misfit !== undefined) return refuse(`${checkpointPath}: ${misfit}`, CHOICE);
  const { state, followed } = found;
  return { state, followed, checkpointPath, diagnostics: [sayResumed(found, owner)] };
}

function findMisfit(
  found: Checkpoint,
  owner: CheckpointOwner,
  isFollowed: boolean,
): string | undefined {
  if (found.plugin.name !== owner.plugin.name) {
    return `is of plugin \`${found.plugin.name}\`, and the stream is read by \`${owner.plugin.name}\` now`;
  }
  if (found.openParams !== owner.openParams) {
    return `is of ${found.openParams}, and the stream reads ${owner.openParams} now`;
  }
  if (isFollowed && found.followed === undefined)
    return 'is of a stream that was read to its end, and is followed now';
  if (!isFollowed && found.followed !== undefined)
    return 'is of a stream that was followed, and is read to its end now';
  return undefined;
}

function sayResumed({ state, plugin }: Checkpoint, owner: CheckpointOwner): Diagnostic {
  const behind = `stream \`${owner.stream}\` resumes after event ${state.events.toLocaleString('en')}`;
  const isOther = plugin.digest !== owner.plugin.digest;
  const by = isOther
    ? `, where version ${plugin.version} of its plugin stood (now ${owner.plugin.version}, another file)`
    : '';
  return createDiagnostic('CHECKPOINT_RESUMED', { message: behind + by });
}
