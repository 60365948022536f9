/* Whether a run is alive, and whether it does what it is there for. */

import type { OutputReport } from '../outputs/delivery/output-set.ts';
import type { EngineStatus, StreamStatus } from '../run/engine/engine-status.ts';

export interface ServiceStatus {
  /** `undefined`: nothing runs yet, or any more. */
  readonly engine: EngineStatus | undefined;
  readonly outputs: readonly OutputReport[];
  readonly setting?: ServiceSetting | undefined;
}

/** What a run was started with. */
export interface ServiceSetting {
  readonly hostname: string;
  readonly rulesFiles: readonly FileDigest[];
  readonly configFiles: readonly FileDigest[];
}

export interface FileDigest {
  readonly name: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly streams: readonly StreamReadiness[];
  readonly outputs: readonly OutputReadiness[];
}

export interface StreamReadiness {
  readonly stream: string;
  readonly isReady: boolean;
  /** `reading`, or what keeps it from that. */
  readonly state: string;
}

export interface OutputReadiness {
  readonly output: string;
  /** Alerts arrive, or are kept on disk until they do. */
  readonly isReady: boolean;
  /** Alerts arrive. */
  readonly isUp: boolean;
  readonly state: string;
}

/** Without progress for so long, a run is not well; milliseconds. */
const STALLED_MS = 30_000;

/** `undefined`: it is well. */
export function illness({ engine }: ServiceStatus): string | undefined {
  const { stalledMs = 0 } = engine ?? {};
  if (stalledMs < STALLED_MS) return undefined;
  return `evaluation makes no progress for ${Math.round(stalledMs / 1_000)} s`;
}

/** Ready: every stream is read, or was read to its end, and no event waits for an output. */
export function readiness({ engine, outputs }: ServiceStatus): Readiness {
  const ofStreams = (engine?.streams ?? []).map((stream) => ({
    stream: stream.name,
    ...stateOf(stream),
  }));
  const ofOutputs = outputs.map(readinessOf);
  const areReady = [...ofStreams, ...ofOutputs].every(({ isReady }) => isReady);
  return { isReady: engine !== undefined && areReady, streams: ofStreams, outputs: ofOutputs };
}

function stateOf({ phase, failure, problem }: StreamStatus): { isReady: boolean; state: string } {
  if (failure !== undefined) return { isReady: false, state: `given up: ${failure.reason}` };
  if (problem !== undefined) return { isReady: false, state: problem };
  if (phase === 'starting') return { isReady: false, state: 'starting' };
  if (phase === 'pausing') return { isReady: false, state: 'its source failed and is restarted' };
  return { isReady: true, state: phase === 'over' ? 'read to its end' : 'reading' };
}

function readinessOf({ id, state, end, lastFault = '' }: OutputReport): OutputReadiness {
  const texts = {
    up: 'up',
    kept: `alerts wait on disk: ${lastFault}`,
    'held-up': `events wait: ${lastFault}`,
    over: `ended: ${end?.reason ?? ''}`,
  };
  const isReady = state === 'up' || state === 'kept' || end?.isClosedByReader === true;
  return { output: id, isReady, isUp: state === 'up', state: texts[state] };
}
