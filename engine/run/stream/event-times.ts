/** In the times of a source's batch: the event has no usable time of its own (`no-time` of the WIT). */
export const NO_TIME = 0xffff_ffff_ffff_ffffn;

export interface ResolvedTimes {
  readonly times: BigUint64Array;
  readonly withoutTimeCount: number;
}

/**
 * Gives each event without a time the time of the event before it, and the epoch when there was
 * none: rules with times never see a value that the source did not say, and it is counted.
 */
export function resolveTimes(times: BigUint64Array, latest: bigint | undefined): ResolvedTimes {
  let withoutTimeCount = 0;
  let previous = latest ?? 0n;
  const resolved = times.slice();
  for (let row = 0; row < resolved.length; row++) {
    const time = resolved[row]!;
    if (time === NO_TIME) {
      withoutTimeCount += 1;
      resolved[row] = previous;
    } else previous = time;
  }
  return { times: resolved, withoutTimeCount };
}
