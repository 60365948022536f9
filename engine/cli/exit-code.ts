/** Documented in the README and in `tiercel --help`. */
export const EXIT = {
  ok: 0,
  /** Rules, configuration or a plugin are not right, or the source cannot be opened. */
  invalid: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The run ended, but something was lost: unreadable input, set-aside events, faults of plugins. */
  incomplete: 3,
  /** Interrupted a second time. */
  interrupted: 130,
} as const;

export const EXIT_HELP = `
Exit codes:
  0    ok
  1    rules, configuration or a plugin are not right, or the source cannot be opened
  2    wrong usage
  3    the run ended, but something was lost: unreadable input, events set aside, plugin faults
  130  interrupted twice`;
