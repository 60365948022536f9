/*
 * Tells systemd that a run is ready, that it lives, and that it ends (sd_notify(3)). That is a datagram to a socket,
 * which Node cannot send; `systemd-notify`, which is where systemd is, does it. The unit needs `NotifyAccess=all`.
 */

import { spawn } from 'node:child_process';

export interface ServiceManager {
  ready(): void;
  /** The run makes progress. At least twice within the time that the manager allows. */
  alive(): void;
  stopping(): void;
  /** How often the manager wants to hear `alive`; `undefined`: it does not. */
  readonly intervalMs: number | undefined;
}

const NOBODY: ServiceManager = {
  ready: () => {},
  alive: () => {},
  stopping: () => {},
  intervalMs: undefined,
};

/** Service manager of this process, found by its environment variables; one that does nothing if there is none. */
export function findServiceManager(environment: NodeJS.ProcessEnv): ServiceManager {
  if (environment.NOTIFY_SOCKET === undefined) return NOBODY;
  const tell = (...args: string[]): void => {
    const child = spawn('systemd-notify', [`--pid=${process.pid}`, ...args], {
      stdio: 'ignore',
      env: environment,
    });
    // Where it is missing, the manager hears nothing and says so.
    child.on('error', () => {});
    child.unref();
  };
  const isForUs = [undefined, String(process.pid)].includes(environment.WATCHDOG_PID);
  const watchdogMs = Number(environment.WATCHDOG_USEC) / 1_000;
  return {
    ready: () => tell('--ready'),
    alive: () => tell('WATCHDOG=1'),
    stopping: () => tell('STOPPING=1'),
    intervalMs: isForUs && watchdogMs > 0 ? watchdogMs / 3 : undefined,
  };
}
