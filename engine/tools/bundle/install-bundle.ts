/* The files of a bundle → a folder with a configuration that runs, and what it needs in the user’s store. */

import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { dataFolder } from '../../packages/install/file-store.ts';
import { type BundleFiles, CONFIG_NAME, CONFIGURATION, STORE } from './bundle-format.ts';

export interface BundleTarget {
  readonly folder: string;
  /** Writes over files that exist and differ. */
  readonly isForced: boolean;
}

/** `undefined`: all of it is there. The configuration, by which the rest counts, comes last. */
export function installBundle(
  files: BundleFiles,
  { folder, isForced }: BundleTarget,
): Diagnostic | undefined {
  const store = dataFolder();
  if (store === undefined) {
    const message = 'no home directory found for the plugins';
    const hint = 'set XDG_DATA_HOME';
    return createDiagnostic('INSTALL_NOT_WRITTEN', { message, hint });
  }
  const placed = [...files].map(([name, bytes]): [path: string, bytes: Uint8Array] =>
    name.startsWith(STORE)
      ? [join(store, name.slice(STORE.length)), bytes]
      : [join(folder, name.slice(CONFIGURATION.length)), bytes],
  );
  const changed = placed.find(([path, bytes]) => !isForced && isOther(path, bytes));
  if (changed !== undefined) {
    const message = `${changed[0]} exists already with other contents`;
    return createDiagnostic('BUNDLE_IN_THE_WAY', { message });
  }
  const link = placed
    .map(([path]) => findLink(path, [folder, store]))
    .find((one) => one !== undefined);
  if (link !== undefined) {
    const message = `${link} is a symbolic link: what it leads to is not written to`;
    return createDiagnostic('BUNDLE_IN_THE_WAY', { message });
  }
  const last = join(folder, CONFIG_NAME);
  const ordered = placed.sort(([one], [other]) => Number(one === last) - Number(other === last));
  try {
    for (const [path, bytes] of ordered) {
      makeFolder(dirname(path), 0o755);
      if (!existsSync(path) || isOther(path, bytes)) writeWhole(path, bytes);
    }
    return undefined;
  } catch (error) {
    return createDiagnostic('INSTALL_NOT_WRITTEN', { message: (error as Error).message });
  }
}

/** A link on the way from one of the folders to the path, or in its place; the folders themselves may be links. */
function findLink(path: string, folders: readonly string[]): string | undefined {
  for (let part = path; !folders.includes(part) && part !== dirname(part); part = dirname(part))
    if (lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink() === true) return part;
  return undefined;
}

/** An existing file that cannot be read counts as different. */
function isOther(path: string, bytes: Uint8Array): boolean {
  if (!existsSync(path)) return false;
  try {
    return !readFileSync(path).equals(bytes);
  } catch {
    return true;
  }
}
