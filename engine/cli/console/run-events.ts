/* What commands that read streams report while they do, and their exit codes. */

import { printable } from '../../base/printable.ts';
import { createDiagnostic } from '../../diagnostic/diagnostic.ts';
import type { RunOptions } from '../../run/engine/run-options.ts';
import type { RunSummary } from '../../run/engine/run-summary.ts';
import { EXIT } from './exit-code.ts';
import type { RunLog } from './run-log.ts';
import { hasLosses, type RunReport } from './run-report.ts';

/** Writes to the log of a run, or drops the text where the run is quiet. */
export type Tell = RunLog['say'];

/** Reports what happens while events are read. */
export function reportEvents(tell: Tell): Pick<RunOptions, 'onProblem' | 'onFault' | 'onLog'> {
  return {
    onProblem: ({ severity, subject, line, message }) => {
      const what = severity === 'lost' ? 'not read' : 'warning';
      const place = line > 0 ? `${subject}:${line}` : subject;
      const text = `${what}: ${printable(place)}: ${printable(message)}`;
      tell('warning', text, { problem: { severity, subject, line } });
    },
    onFault: ({ plugin, kind, message, eventNumber }) => {
      const event =
        eventNumber === undefined ? '' : `, event ${eventNumber} is evaluated without it`;
      const text = `plugin \`${plugin}\`: ${kind}: ${printable(message)}${event}`;
      tell('warning', text, { fault: { plugin, kind, eventNumber } });
    },
    onLog: ({ plugin, level, message }) =>
      tell(level, `${plugin} ${level}: ${printable(message)}`, { plugin }),
  };
}

/** The plugin refuses the position: an older version or another plugin wrote it. */
const POSITION_HINT =
  'use the plugin that wrote the checkpoint, or `--from-start` to read the stream from its start';

/** Reports the streams that could not start, or that were given up. */
export function reportFailures(summary: RunSummary, log: RunLog): void {
  for (const { stream, plugin, reason, kind, atStart } of summary.failures) {
    const which = stream === plugin ? '' : ` (stream \`${stream}\`)`;
    const what = atStart ? 'cannot start' : 'was given up';
    const message = `plugin \`${plugin}\`${which} ${what}: ${printable(reason)}`;
    const diagnostic =
      kind === 'position'
        ? createDiagnostic('CHECKPOINT_UNUSABLE', { message, hint: POSITION_HINT })
        : createDiagnostic('SOURCE_UNREADABLE', { message });
    log.diagnostics([diagnostic]);
  }
}

export function exitCodeOf(report: RunReport): number {
  if (report.summary.failures.some(({ atStart }) => atStart)) return EXIT.invalid;
  // Input that ended before the signal did anything was read to its end.
  if (report.summary.stopped === 'interrupted' && report.signal !== undefined) {
    return report.signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  }
  return hasLosses(report) ? EXIT.incomplete : EXIT.ok;
}
