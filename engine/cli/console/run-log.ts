/*
 * What a run says of itself, on standard error: as text for people, or a line of JSON for each message for whatever
 * collects logs. Both say the same.
 */

import { PRIORITIES } from '../../base/priority.ts';
import { hideSecrets } from '../../base/secrets.ts';
import type { Config } from '../../config/config.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { renderText, toJson } from '../../diagnostic/render.ts';
import { say as sayTo, type Terminal } from './terminal.ts';

/** The position, from the fourth on, is Falco's numeric value. */
const LEVELS = ['error', 'warning', 'notice', 'info', 'debug'] as const;
export type LogLevel = (typeof LEVELS)[number];
const FIRST = PRIORITIES.indexOf('Error');

export interface RunLog {
  /** `fields`: what a program wants to know, beside the text. */
  say(level: LogLevel, text: string, fields?: object): void;
  diagnostics(found: readonly Diagnostic[]): void;
  /** The text that `say` would write, for a caller that writes it when nothing else can. */
  render(level: LogLevel, text: string): string;
}

/** `clear`: called before something is written. */
export async function createRunLog(
  { log: { isJson, minimumPriority } }: Pick<Config, 'log'>,
  terminal: Terminal,
  clear: () => void,
): Promise<RunLog> {
  const least = PRIORITIES.indexOf(minimumPriority);
  const isSaid = (level: LogLevel): boolean => FIRST + LEVELS.indexOf(level) <= least;
  const log = isJson ? await createJsonLog(terminal) : createTextLog(terminal);
  return {
    say: (level, text, fields) => {
      if (!isSaid(level)) return;
      clear();
      log.say(level, text, fields);
    },
    diagnostics: (found) => {
      const said = found.filter(({ severity }) => isSaid(severity));
      if (said.length === 0) return;
      clear();
      log.diagnostics(said);
    },
    render: log.render,
  };
}

function createTextLog(terminal: Terminal): RunLog {
  return {
    say: (_, text) => sayTo(terminal, text),
    diagnostics: (found) => sayTo(terminal, renderText(found, terminal)),
    render: (_, text) => hideSecrets(`${text}\n`),
  };
}

/** Its library is loaded by those who use it. */
async function createJsonLog(terminal: Terminal): Promise<RunLog> {
  const { pino } = await import('pino');
  // Syslog's severities, the other way round: a larger number is more urgent.
  const levels = LEVELS.map((level, index) => [level, 10 * (LEVELS.length - index)] as const);
  const logger = pino(
    {
      level: 'debug',
      customLevels: Object.fromEntries(levels) as Record<LogLevel, number>,
      useOnlyCustomLevels: true,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line) => void terminal.stderr.write(hideSecrets(line)) },
  );
  return {
    say: (level, text, fields = {}) => logger[level](fields, text),
    diagnostics: (found) => {
      for (const [index, diagnostic] of toJson(found).entries()) {
        const { message, severity = 'notice' } = found[index] ?? {};
        logger[severity]({ diagnostic }, message);
      }
    },
    render: (level, message) => hideSecrets(`${JSON.stringify({ level, message })}\n`),
  };
}
