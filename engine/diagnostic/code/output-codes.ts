import type { CodeRecord } from './code-record.ts';

export const OUTPUT_CODES = {
  OUTPUT_UNUSABLE: {
    severity: 'error',
    title: 'an output cannot be opened',
    explanation: 'Its alerts would be lost, so no event is read.',
  },
  OUTPUT_MISSING: {
    severity: 'warning',
    title: 'an optional output is missing',
    explanation:
      'Falco’s configuration enables syslog, which not every machine has. Alerts go only to the other outputs.',
    hint: 'set `syslog_output.enabled: false`',
  },
  SPOOL_UNCLAIMED: {
    severity: 'warning',
    title: 'alerts on disk have no output',
    explanation:
      'Alerts on disk wait for the destination and format that they were written for. No other output sends them.',
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
    explanation: 'The run could not be monitored, so no event is read.',
    hint: 'choose another `webserver.listen_port`, or set `webserver.enabled: false`',
  },
  OUTPUT_NONE: {
    severity: 'warning',
    title: 'no output is enabled',
    explanation: 'Alerts are only counted in the summary.',
    hint: 'enable `stdout_output` or `file_output`, or add an entry to `outputs`',
  },
} as const satisfies Record<string, CodeRecord>;
