/*
 * Watches that a run gets on. A stage that makes no progress while it has work is reported, and shown by `/healthz`;
 * when it stays like that, the process ends, so that whoever manages it can start it again. A run that waits for a
 * receiver that is away, or for events, does not stand still.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { guarded } from '../../base/guard.ts';
import type { EngineStatus } from '../../run/engine/engine-status.ts';
import { startWatchdog, type Watchdog } from '../../worker/watchdog.ts';
import type { ServiceManager } from './service-manager.ts';

export const STALL_MS = 30_000;
/** After that much more it ends. */
const END_AFTER_MS = 30_000;
const LOOK_MS = 1_000;
/** A run that is over by then needs no watchdog. */
const WATCHDOG_DELAY_MS = 5_000;

export interface ProgressGuardOptions {
  readonly status: () => EngineStatus | undefined;
  /** Service manager that hears of readiness and progress. */
  readonly manager: ServiceManager;
  readonly say: (message: string) => void;
  /** As `say` would write it. */
  readonly render: (message: string) => string;
  /** Ends the process. */
  readonly end: () => void;
  readonly nowMs?: () => number;
}

export class ProgressGuard {
  readonly #options: ProgressGuardOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #watchdogTimer: NodeJS.Timeout;
  #watchdog: Watchdog | undefined;
  #isReady = false;
  #hasTold = false;
  #aliveMs = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressGuardOptions) {
    this.#options = options;
    const look = guarded(
      'stall-watch',
      () => this.look(),
      ({ message }) => options.say(`the service manager cannot be reached: ${message}`),
    );
    this.#timer = setInterval(look, LOOK_MS);
    this.#timer.unref();
    this.#watchdogTimer = setTimeout(() => this.#watch(), WATCHDOG_DELAY_MS);
    this.#watchdogTimer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#watchdogTimer);
    this.#watchdog?.close();
    this.#options.manager.stopping();
  }

  look(): void {
    const { status, manager, say, end, nowMs = () => SYSTEM_CLOCK.monotonicMs() } = this.#options;
    const now = status();
    if (now === undefined) return;
    if (!this.#isReady && now.streams.every(({ phase }) => phase !== 'starting')) {
      this.#isReady = true;
      manager.ready();
    }
    if (now.stalledMs < STALL_MS) {
      this.#hasTold = false;
      const { intervalMs } = manager;
      if (intervalMs === undefined || nowMs() - this.#aliveMs < intervalMs) return;
      this.#aliveMs = nowMs();
      manager.alive();
      return;
    }
    if (!this.#hasTold) say(stallMessage(now.stalledMs));
    this.#hasTold = true;
    if (now.stalledMs >= STALL_MS + END_AFTER_MS) end();
  }

  #watch(): void {
    const message = this.#options.render(
      `the main thread stands still since ${STALL_MS / 1_000} s; the process ends`,
    );
    this.#watchdog = startWatchdog({ ticksMax: STALL_MS / LOOK_MS, tickMs: LOOK_MS, message });
  }
}

export function stallMessage(stalledMs: number): string {
  return `evaluation makes no progress for ${Math.round(stalledMs / 1_000)} s`;
}
