/*
 * All outputs of a run. One that fails ends alone: the others get every alert, and what the failed one
 * did not get is counted. A reader that went away (`| head`) ends its output without being a loss.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import { createDiagnostic, type Diagnostic, type Label } from '../../diagnostic/diagnostic.ts';
import {
  type CloseOptions,
  type Delivery,
  type DeliveryCounts,
  type DeliveryState,
  isClosedByReader,
  type OutputEnd,
  reasonOf,
} from './delivery.ts';

/** Everything was waited for before, unless a run had to stop or alerts are on disk. */
const CLOSE_TIME_MAX_MS = 500;

export interface OutputReport {
  /** In the configuration. */
  readonly id: string;
  readonly name: string;
  readonly counts: DeliveryCounts;
  readonly state: DeliveryState;
  readonly end: OutputEnd | undefined;
  readonly lastFault: string | undefined;
}

/** One output of a set. */
export interface Outlet {
  /** In the configuration. */
  readonly id: string;
  readonly delivery: Delivery;
  /** What it is given, in the form that it has; without it everything as it is. */
  readonly select?: (alerts: readonly Alert[]) => readonly Alert[];
  /** Where the configuration names it. */
  readonly place?: Label | undefined;
  /** What to do when it cannot be opened. */
  readonly hint?: string | undefined;
  /** Where it cannot be opened it is left out, with a warning. */
  readonly mayBeMissing?: boolean;
}

export class OutputSet {
  #outlets: readonly Outlet[];
  #closing: Promise<void> | undefined;
  #unclaimed = 0;

  constructor(outlets: readonly Outlet[]) {
    this.#outlets = outlets;
  }

  /** Whether nothing that is delivered would arrive anywhere, though something should. */
  get isOver(): boolean {
    const outlets = this.#outlets;
    return outlets.length > 0 && outlets.every(({ delivery }) => delivery.end !== undefined);
  }

  /** Alerts that no output takes, because of its filter. */
  get unclaimed(): number {
    return this.#unclaimed;
  }

  get reports(): readonly OutputReport[] {
    return this.#outlets.map(({ id, delivery }) => {
      const { name, counts, state, end, lastFault } = delivery;
      return { id, name, counts, state, end, lastFault };
    });
  }

  /** One error or warning for each output that cannot be used. */
  async open(): Promise<readonly Diagnostic[]> {
    const diagnostics: Diagnostic[] = [];
    for (const outlet of this.#outlets) {
      const { delivery, mayBeMissing = false, place: primary, hint } = outlet;
      try {
        await delivery.open();
      } catch (error) {
        const message = `${delivery.name} cannot be opened: ${reasonOf(error)}`;
        if (isClosedByReader(error)) {
          delivery.fail(error);
        } else if (mayBeMissing) {
          diagnostics.push(createDiagnostic('OUTPUT_MISSING', { message }));
          this.#outlets = this.#outlets.filter((one) => one !== outlet);
        } else {
          diagnostics.push(createDiagnostic('OUTPUT_UNUSABLE', { message, hint, primary }));
        }
      }
    }
    return diagnostics;
  }

  /**
   * Resolves when every output that is left has the alerts, to whether all of them have; each of them gets deliveries
   * in the order of the calls.
   */
  async deliver(alerts: readonly Alert[]): Promise<boolean> {
    const selected = this.#outlets.map(({ select }) => select?.(alerts) ?? alerts);
    this.#unclaimed += countUnclaimed(alerts, selected);
    const taken = await Promise.all(
      this.#outlets.map(({ delivery }, index) => delivery.deliver(selected[index] ?? [])),
    );
    return taken.every((isThere) => isThere);
  }

  /** Others have moved what outputs write to. */
  async reopen(): Promise<void> {
    await Promise.all(this.#outlets.map(({ delivery }) => delivery.reopen()));
  }

  /** What an output does not take within the time is kept or undelivered. Once: a second call waits for the first. */
  close({
    timeMaxMs = CLOSE_TIME_MAX_MS,
    untilMs = () => undefined,
  }: Partial<CloseOptions> = {}): Promise<void> {
    this.#closing ??= this.#closeAll({ timeMaxMs, untilMs });
    return this.#closing;
  }

  /** Closes at once: alerts in queues are undelivered, alerts on disk stay there. */
  abandon(): Promise<void> {
    return this.close({ timeMaxMs: 0, untilMs: () => SYSTEM_CLOCK.monotonicMs() });
  }

  async #closeAll(options: CloseOptions): Promise<void> {
    await Promise.all(this.#outlets.map(({ delivery }) => delivery.close(options)));
  }
}

function countUnclaimed(alerts: readonly Alert[], selected: readonly (readonly Alert[])[]): number {
  // Nearly always one output takes all.
  if (selected.length === 0 || selected.some((some) => some.length === alerts.length)) return 0;
  const keyOf = ({ source, eventNumber, rule }: Alert): string =>
    `${source} ${eventNumber} ${rule}`;
  const claimed = new Set(selected.flatMap((some) => some.map(keyOf)));
  return alerts.filter((alert) => !claimed.has(keyOf(alert))).length;
}
