/* Whether a run is alive, and whether it does what it is there for. */

import type { OutputReport } from '../deliver/output-set.ts';
import type { EngineStatus, StreamStatus } from '../pipeline/engine-status.ts';

export interface ServiceStatus {
  /** `undefined`: nothing runs yet, or any more. */
  readonly engine: EngineStatus | undefined;
  readonly outputs: readonly OutputReport[];
}

export interface Readiness {
  readonly isReady: boolean;
  readonly streams: readonly StreamReadiness[];
}

export interface StreamReadiness {
  readonly stream: string;
  readonly isReady: boolean;
  /** `reading`, or what keeps it from that. */
  readonly state: string;
}

/** Ready: every stream is read, or was read to its end. */
export function readiness({ engine }: ServiceStatus): Readiness {
  const streams = (engine?.streams ?? []).map((stream) => ({
    stream: stream.name,
    ...stateOf(stream),
  }));
  return { isReady: engine !== undefined && streams.every(({ isReady }) => isReady), streams };
}

function stateOf({ phase, failure }: StreamStatus): { isReady: boolean; state: string } {
  if (failure !== undefined) return { isReady: false, state: `given up: ${failure.reason}` };
  if (phase === 'starting') return { isReady: false, state: 'starting' };
  if (phase === 'pausing')
    return { isReady: false, state: 'its source failed and is started again' };
  return { isReady: true, state: phase === 'over' ? 'read to its end' : 'reading' };
}
