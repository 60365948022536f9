import type { OutputReport } from '../../engine/outputs/delivery/output-set.ts';
import type { EngineStatus } from '../../engine/run/engine/engine-status.ts';
import type { ServiceStatus } from '../../engine/service/health.ts';

const STREAM = {
  name: 'production',
  plugin: 'cloudtrail',
  source: 'aws_cloudtrail',
  phase: 'reading',
  failure: undefined,
  problem: undefined,
  isLive: true,
  events: 12,
  bytes: 3_400,
  alertsTotal: 5,
  eventsInPart: 1,
  lostProblems: 2,
  latestProblems: [{ subject: 'a.json', line: 7, message: 'not JSON: expected a value' }],
  sourceFaults: 3,
  latestTime: 1_767_225_600_000_000_000n,
  lastEventMs: 1_767_225_601_000,
  batchesUnderWay: 4,
} as const satisfies EngineStatus['streams'][number];

const RULE = {
  name: 'a "rule"',
  description: 'Somebody did something',
  source: 'aws_cloudtrail',
  priority: 'Warning',
  tags: ['login', 'T1059.004'],
  alerts: 5,
  lastAlertMs: 1_767_225_601_500,
  notEvaluated: 1,
  evaluationMs: 250,
} as const satisfies EngineStatus['rules'][number];

const OUTPUT = {
  id: 'siem',
  name: 'http https://siem.example.com/',
  state: 'up',
  end: undefined,
  lastFault: undefined,
  counts: { delivered: 1, waiting: 2, spooled: 3, deadLetters: 4, undelivered: 5, faults: 6 },
} as const satisfies OutputReport;

/** Status of a run with one of everything, whose first stream is changed. */
export function serviceStatus(
  stream: Partial<EngineStatus['streams'][number]> = {},
): ServiceStatus & { engine: EngineStatus } {
  return {
    engine: {
      elapsedMs: 60_000,
      streams: [{ ...STREAM, ...stream }],
      rules: [RULE],
      plugins: [
        {
          name: 'cloudtrail',
          version: '1.2.3',
          isQuarantined: true,
          faults: [{ plugin: 'cloudtrail', kind: 'trap', count: 7, message: 'unreachable' }],
          extractionMs: 1_500,
        },
      ],
      workerCount: 2,
      stalledMs: 0,
      conditionsMs: 40,
      alertsMs: 60,
    },
    outputs: [OUTPUT],
    setting: {
      hostname: 'sensor-1',
      rulesFiles: [{ name: 'rules.yaml', sha256: 'ab' }],
      configFiles: [{ name: 'tiercel.yaml', sha256: 'cd' }],
    },
  };
}
