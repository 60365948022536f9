/*
 * Whether a file lies on a disk of this machine, whose reads come back whatever happens elsewhere. A network file
 * system or a program behind FUSE may keep a reader waiting for ever.
 */

import { statfs } from 'node:fs/promises';

/** By the type that Linux gives a file system in `statfs(2)`; what is not known here counts as elsewhere. */
const LOCAL_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext2, ext3, ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0xf2f52010, 'f2fs'],
  [0xca451a4e, 'bcachefs'],
  [0x2fc12fc1, 'zfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlayfs'],
  [0x73717368, 'squashfs'],
]);

/** By device: file systems are asked once. */
const known = new Map<number, boolean>();

export async function isOnLocalDisk(path: string, device: number): Promise<boolean> {
  const answer = known.get(device);
  if (answer !== undefined) return answer;
  const isLocal = await statfs(path).then(
    ({ type }) => LOCAL_FILE_SYSTEMS.has(type >>> 0),
    () => false,
  );
  known.set(device, isLocal);
  return isLocal;
}
