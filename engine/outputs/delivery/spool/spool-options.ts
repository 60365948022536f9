import type { SpoolDestination } from './spool-destination.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes on disk, at most, but for an alert that is larger. */
  readonly sizeMax: number;
  readonly segmentSize?: number;
  /** The output whose alerts wait; `undefined`: the output that the spool was made for. */
  readonly destination?: SpoolDestination | undefined;
  /** Folders of spools for the same destination: their alerts are taken over when this one is opened. */
  readonly absorbed?: readonly string[];
  /** A folder above it is locked by this process. */
  readonly isLocked?: boolean;
  /** Reports what is damaged, how much was lost, and where it is kept. */
  readonly say?: (message: string) => void;
}
