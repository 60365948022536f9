/* How far a run is, told again and again. */

import { guarded } from '../../base/guard.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Progress } from './run-summary.ts';

const INTERVAL_MS = 100;

/** Tells `onProgress` until the answer is called. */
export function showProgress(
  parts: EngineParts,
  onProgress: ((progress: Progress) => void) | undefined,
  now: () => Omit<Progress, 'bytesTotal'>,
): () => void {
  if (onProgress === undefined) return () => {};
  let bytesTotal: number | undefined;
  measureBytes(parts).then(
    (total) => {
      bytesTotal = total;
    },
    // An unknown total is not shown.
    () => {},
  );
  const tell = guarded(
    'progress-timer',
    () => onProgress({ ...now(), bytesTotal }),
    () => {},
  );
  const timer = setInterval(tell, INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Stored bytes of all streams; `undefined` when the size of one is unknown. */
export async function measureBytes({ streams }: EngineParts): Promise<number | undefined> {
  const sizes = await Promise.all(streams.map((stream) => stream.measureBytes()));
  return sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}
