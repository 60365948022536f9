import type { CodeRecord } from './code-record.ts';

export const OUTPUT_CODES = {
  OUTPUT_UNUSABLE: {
    severity: 'error',
    title: 'an output cannot be opened',
    explanation: 'Alerts could not be written there, so nothing is read.',
  },
  OUTPUT_MISSING: {
    severity: 'warning',
    title: 'an output that may be missing is',
    explanation:
      'Falco’s own configuration asks for syslog, which not every machine has. Alerts go to the other outputs only.',
    hint: 'set `syslog_output.enabled: false`',
  },
  SPOOL_UNCLAIMED: {
    severity: 'warning',
    title: 'alerts on disk are for nobody',
    explanation:
      'Alerts wait for the destination and the form that they were written for. No other one gets them by itself.',
    hint: '`tiercel spool list` shows them, `spool send` sends them to an output, `spool drop` deletes them',
  },
  SPOOL_UNUSABLE: {
    severity: 'error',
    title: 'a spool cannot be sent or dropped',
    explanation: 'Nothing was sent, and nothing deleted.',
  },
  WEBSERVER_UNUSABLE: {
    severity: 'error',
    title: 'the web server cannot be started',
    explanation: 'Nobody could see how the run goes, so nothing is read.',
    hint: 'choose another `webserver.listen_port`, or set `webserver.enabled: false`',
  },
  OUTPUT_NONE: {
    severity: 'warning',
    title: 'no output is enabled',
    explanation: 'Alerts are counted for the summary and go nowhere else.',
    hint: 'enable `stdout_output` or `file_output`, or name some under `outputs`',
  },
} as const satisfies Record<string, CodeRecord>;
