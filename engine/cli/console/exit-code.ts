/** Documented in the guide to operations and in `tiercel --help`. */
export const EXIT = {
  ok: 0,
  /** Rules, configuration, an output or a plugin are invalid, or the source cannot be opened. */
  invalid: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Something was lost: unreadable input, rules not evaluated, faults of plugins, alerts or text not written. */
  incomplete: 3,
  /** No progress although there was work. */
  stalled: 4,
  /** Stopped by Ctrl-C (SIGINT) with input unread: 128 and the number of the signal, as shells count. */
  interrupted: 130,
  /** The same by SIGTERM. */
  terminated: 143,
} as const;

export const EXIT_HELP = `
Exit codes:
  0    ok
  1    rules, configuration, an output or a plugin are invalid, or the source cannot be opened
  2    wrong command line
  3    something was lost: unreadable input, rules not evaluated, plugin faults, alerts not written
  4    no progress for a minute although there was work; start it again
  130  stopped by Ctrl-C before the end of the input (a second Ctrl-C ends at once)
  143  stopped by SIGTERM before the end of the input`;
