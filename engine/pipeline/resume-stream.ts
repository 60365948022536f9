/* Where a stream begins: behind what its outputs have had, when there is a checkpoint that fits. */

import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Checkpoint,
  type CheckpointOwner,
  parseCheckpoint,
} from '../checkpoint/checkpoint.ts';
import { readCheckpointFile } from '../checkpoint/checkpoint-file.ts';
import type { Config } from '../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { STANDARD_INPUT } from '../store/standard-input.ts';
import { START_OF_STREAM, type StreamState } from '../stream/stream-protocol.ts';

export interface StreamBeginning {
  readonly state: StreamState;
  /** Where its checkpoint is kept; `undefined`: it has none. */
  readonly checkpointPath: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** What `--from-start` is for. */
const CHOICE = '`--from-start` reads the stream from its start, and replaces the checkpoint';

export function findBeginning(
  config: Config,
  owner: CheckpointOwner,
  isFollowed: boolean,
): StreamBeginning {
  const { dataDirectory, isFromStart } = config;
  const none = { state: START_OF_STREAM, checkpointPath: undefined, diagnostics: [] };
  // What standard input gave is gone.
  if (dataDirectory === undefined || owner.openParams === STANDARD_INPUT) return none;
  if (isFollowed) {
    const message = `stream \`${owner.stream}\` is followed and has no checkpoint yet: it is read from its start`;
    return { ...none, diagnostics: [createDiagnostic('CHECKPOINT_NONE', { message })] };
  }
  const checkpointPath = join(dataDirectory, 'checkpoints', `${owner.stream}.json`);
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
    const reason = (error as NodeJS.ErrnoException).code;
    return refuse(`the checkpoint ${checkpointPath} cannot be used: ${reason}`);
  }
  if (text === undefined || isFromStart) return fresh;
  const found = parseCheckpoint(text);
  if (found === undefined) {
    return refuse(`${checkpointPath} is not a checkpoint, or one of another version`, CHOICE);
  }
  const misfit = findMisfit(found, owner);
  if (misfit !== undefined) return refuse(`${checkpointPath}: ${misfit}`, CHOICE);
  return { state: found.state, checkpointPath, diagnostics: [sayResumed(found, owner)] };
}

function findMisfit(found: Checkpoint, owner: CheckpointOwner): string | undefined {
  if (found.plugin.name !== owner.plugin.name) {
    return `is of plugin \`${found.plugin.name}\`, and the stream is read by \`${owner.plugin.name}\` now`;
  }
  if (found.openParams !== owner.openParams) {
    return `is of ${found.openParams}, and the stream reads ${owner.openParams} now`;
  }
  return undefined;
}

function sayResumed({ state, plugin }: Checkpoint, owner: CheckpointOwner): Diagnostic {
  const behind = `stream \`${owner.stream}\` goes on behind event ${state.events.toLocaleString('en')}`;
  const isOther = plugin.digest !== owner.plugin.digest;
  const by = isOther
    ? `, where version ${plugin.version} of its plugin stood (now ${owner.plugin.version}, another file)`
    : '';
  return createDiagnostic('CHECKPOINT_RESUMED', { message: behind + by });
}
