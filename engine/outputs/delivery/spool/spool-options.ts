import type { SpoolDestination } from './spool-destination.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes on disk, at most, but for an alert that is larger. */
  readonly sizeMax: number;
  readonly segmentSize?: number;
  /** For whom alerts wait; `undefined`: for whoever it was. */
  readonly destination?: SpoolDestination | undefined;
  /** Folders of spools for the same destination: their alerts are taken over when this one is opened. */
  readonly absorbed?: readonly string[];
  /** A folder above it is locked by this process. */
  readonly isLocked?: boolean;
  /** What people should know: what is damaged, how much it cost, where it is kept. */
  readonly say?: (message: string) => void;
}
