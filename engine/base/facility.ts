/** Syslog facilities; the position in the list is the numeric value (RFC 5424, section 6.2.1). */
export const FACILITIES = [
  ...[
    'kern',
    'user',
    'mail',
    'daemon',
    'auth',
    'syslog',
    'lpr',
    'news',
    'uucp',
    'cron',
    'authpriv',
  ],
  ...['ftp', 'ntp', 'audit', 'alert', 'clock'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const;
export type Facility = (typeof FACILITIES)[number];
