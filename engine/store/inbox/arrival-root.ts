/*
 * An inbox as a root that has no end: what arrived are its runs, objects with paths of their own, `#NUMBER/PATH`. They
 * are opened ahead, and listed one at a time as they are there to be read. Whoever sent them is told when their events
 * are with the outputs, and not before.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { numberOfRun } from '../follow/run-path.ts';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import type { Arrival, ArrivalFailure, ArrivedObject, Inbox } from './arrival.ts';
import { nameRun } from './name-run.ts';

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 60_000;
/** Objects that were listed and are not with the outputs yet: more are not taken. */
const UNSETTLED_MAX = 4_096;

/** Of one arrival. */
interface Account {
  readonly arrival: Arrival;
  /** Objects that are not with the outputs. */
  left: number;
  failure: ArrivalFailure | undefined;
}

interface Run {
  readonly object: ArrivedObject;
  readonly account: Account;
  readonly opening: Promise<StoredObject>;
  isOpen: boolean;
  /** Somebody reads what was opened ahead. */
  isTaken: boolean;
}

export class ArrivalRoot implements ObjectStore {
  readonly #inbox: Inbox;
  readonly #onNews: () => void;
  readonly #runs = new Map<number, Run>();
  readonly #ahead: Run[] = [];
  #lastNumber = 0;
  #report: ReportOddity = () => {};
  #opening: Promise<void> | undefined;
  #isClosed = false;
  #onHunger: () => void = () => {};

  /** `onNews`: there may be something to list. */
  constructor(inbox: Inbox, onNews: () => void) {
    this.#inbox = inbox;
    this.#onNews = onNews;
  }

  /** The run behind `after`: at most one. Rejects with `timed-out` where there is none for now. */
  async listEntries(after: string, _limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    this.#report = report;
    await this.#open();
    const number = numberOfRun(after);
    const known = [...this.#runs].find(([one]) => one > number);
    if (known !== undefined) return [entryOf(known[0], known[1])];
    const index = this.#ahead.findIndex(({ isOpen }) => isOpen);
    const [run] = index < 0 ? [] : this.#ahead.splice(index, 1);
    this.#onHunger();
    if (run === undefined) throw new StoreError('timed-out', 'nothing has come for now');
    this.#lastNumber += 1;
    this.#runs.set(this.#lastNumber, run);
    return [entryOf(this.#lastNumber, run)];
  }

  async open(path: string): Promise<StoredObject> {
    const run = this.#runs.get(numberOfRun(path));
    if (run === undefined) throw new StoreError('not-found', 'does not exist');
    const stored = run.isTaken ? await run.object.open() : await run.opening;
    run.isTaken = true;
    return nameRun(stored, run.object.name);
  }

  failed(path: string, error: StoreError): void {
    const run = this.#runs.get(numberOfRun(path));
    if (run !== undefined) note(run.account, run.object, error);
  }

  /** All events of the runs up to this one are with the outputs. */
  acknowledge(number: number): void {
    for (const [one, run] of this.#runs) {
      if (one > number) break;
      this.#runs.delete(one);
      if (!run.isTaken) void run.opening.then((stored) => stored.close());
      this.#settle(run.account);
    }
    this.#onHunger();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onHunger();
    await this.#inbox.close();
  }

  #open(): Promise<void> {
    this.#opening ??= this.#inbox
      .open((...oddity) => this.#report(...oddity))
      .then(() => void this.#receive());
    return this.#opening;
  }

  async #receive(): Promise<void> {
    let pauseMs = PAUSE_MIN_MS;
    let said = '';
    while (!this.#isClosed) {
      const { aheadMax } = this.#inbox;
      if (this.#ahead.length >= aheadMax || this.#runs.size >= UNSETTLED_MAX) {
        await new Promise<void>((resolve) => {
          this.#onHunger = resolve;
        });
        continue;
      }
      try {
        for (const arrival of await this.#inbox.receive()) this.#take(arrival);
        pauseMs = PAUSE_MIN_MS;
        said = '';
      } catch (error) {
        const { message } = toStoreError(error);
        if (message !== said)
          this.#report('warning', this.#inbox.name, `${message}; it is tried again`);
        said = message;
        await sleep(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
      }
    }
  }

  #take(arrival: Arrival): void {
    const account: Account = { arrival, left: arrival.objects.length, failure: undefined };
    if (account.left === 0) arrival.done();
    for (const object of arrival.objects) {
      const run: Run = { object, account, opening: object.open(), isOpen: false, isTaken: false };
      this.#ahead.push(run);
      run.opening.then(
        () => {
          run.isOpen = true;
          this.#onNews();
        },
        (error: unknown) => {
          note(account, object, toStoreError(error));
          const index = this.#ahead.indexOf(run);
          if (index >= 0) this.#ahead.splice(index, 1);
          this.#settle(account);
          this.#onHunger();
        },
      );
    }
  }

  #settle(account: Account): void {
    account.left -= 1;
    if (account.left > 0) return;
    if (account.failure === undefined) account.arrival.done();
    else account.arrival.fail(account.failure);
  }
}

/** The first one, unless that would pass and this one does not. */
function note(account: Account, { name }: ArrivedObject, { message, mayPass }: StoreError): void {
  if (account.failure !== undefined && (mayPass || !account.failure.mayPass)) return;
  account.failure = { reason: `${name}: ${message}`, mayPass };
}

function entryOf(number: number, { object }: Run): StoreEntry {
  return { path: `#${number}/${object.path}`, size: 0, modifiedNs: 0n };
}
