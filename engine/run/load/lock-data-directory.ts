/* `data_dir` has one owner: two processes would overwrite each other's checkpoints. */

import { statSync } from 'node:fs';
import { makeFolder } from '../../base/make-folder.ts';
import { LockedByOther, lockFolder, type OwnerLock } from '../../base/owner-lock.ts';
import type { Config } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';

const FOLDER_MODE = 0o700;

export interface DataDirectoryLock {
  readonly diagnostics: readonly Diagnostic[];
  release(): Promise<void>;
}

/** Held until it is released, or the process ends. */
export async function lockDataDirectory({ dataDirectory }: Config): Promise<DataDirectoryLock> {
  const none = { diagnostics: [], release: async () => {} };
  if (dataDirectory === undefined) return none;
  let lock: OwnerLock;
  try {
    makeFolder(dataDirectory, FOLDER_MODE);
    if (isOpenToAll(dataDirectory)) {
      const message = `everybody may write in the data directory ${dataDirectory}`;
      return { ...none, diagnostics: [createDiagnostic('DATA_DIR_UNSAFE', { message })] };
    }
    lock = await lockFolder(dataDirectory);
  } catch (error) {
    // The part that needs the folder reports it.
    if (!(error instanceof LockedByOther)) return none;
    const message = `the data directory ${dataDirectory} is in use: ${error.message}`;
    return { ...none, diagnostics: [createDiagnostic('DATA_DIR_IN_USE', { message })] };
  }
  const { missing, release } = lock;
  if (missing === undefined) return { diagnostics: [], release };
  const message = `the data directory ${dataDirectory} cannot be locked: ${missing}`;
  return { diagnostics: [createDiagnostic('DATA_DIR_NOT_LOCKED', { message })], release };
}

/** A group may share a volume with its processes; everybody is nobody's group. */
function isOpenToAll(folder: string): boolean {
  return process.platform !== 'win32' && (statSync(folder).mode & 0o002) !== 0;
}
