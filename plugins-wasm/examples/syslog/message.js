// A message of syslog: RFC 5424, section 6.

const HEADER =
  /^<(?<priority>\d{1,3})>1 (?<time>\S+) (?<host>\S+) (?<app>\S+) (?<procid>\S+) (?<msgid>\S+) /;
const PARAMETER = / ([^\s=\]"]+)="((?:[^"\\\]]|\\[^])*)"/y;
const ELEMENT = /\[([^\s=\]"]+)/y;
const BYTE_ORDER_MARK = '\ufeff';

const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock ' +
  'local0 local1 local2 local3 local4 local5 local6 local7';
const SEVERITIES = 'emerg alert crit err warning notice info debug';
const facilities = FACILITIES.split(' ');
const severities = SEVERITIES.split(' ');

/** Throws the reason if the line is not a syslog message. */
export function readMessage(line) {
  const header = HEADER.exec(line);
  if (header === null) throw new Error('no header of RFC 5424');
  const { priority, time, host, app, procid, msgid } = header.groups;
  const facility = facilities[priority >> 3];
  if (facility === undefined) throw new Error(`no priority: ${priority}`);
  const { data, end } = readData(line, header[0].length);
  const text = line.slice(end + 1);
  return {
    facility,
    severity: severities[priority & 7],
    level: priority & 7,
    time: present(time),
    host: present(host),
    app: present(app),
    procid: present(procid),
    msgid: present(msgid),
    data,
    message: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text,
  };
}

function present(value) {
  return value === '-' ? undefined : value;
}

/** Values by `ELEMENT/NAME`, the first of each; `end`: behind them. */
function readData(line, start) {
  const data = new Map();
  if (line[start] === '-') return { data, end: start + 1 };
  let at = start;
  while (line[at] === '[') {
    const [element, id] = matchAt(ELEMENT, line, at);
    at += element.length;
    while (line[at] === ' ') {
      const [parameter, name, value] = matchAt(PARAMETER, line, at);
      at += parameter.length;
      const key = `${id}/${name}`;
      if (!data.has(key)) data.set(key, value.replace(/\\(["\\\]])/g, '$1'));
    }
    if (line[at] !== ']') throw new Error(`no structured data at character ${at + 1}`);
    at++;
  }
  if (at === start) throw new Error(`no structured data at character ${at + 1}`);
  return { data, end: at };
}

function matchAt(pattern, line, at) {
  pattern.lastIndex = at;
  const match = pattern.exec(line);
  if (match === null) throw new Error(`no structured data at character ${at + 1}`);
  return match;
}
