/*
 * An inbox as a root that has no end: what arrived are its runs, objects with paths of their own, `#NUMBER/PATH`. They
 * are opened ahead, and listed one at a time as they are there to be read. Their senders get an answer when the events
 * are with the outputs, and not before.
 */

import { numberOfRun } from '../follow/run-path.ts';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import type { Arrival, ArrivalFailure, ArrivedObject, Inbox } from './arrival.ts';
import { InboxReader } from './inbox-reader.ts';
import { nameRun } from './name-run.ts';

/** Objects that were listed and are not with the outputs yet: more are not taken. */
const UNSETTLED_MAX = 4_096;

/** Account of one arrival. */
interface Account {
  readonly arrival: Arrival;
  /** Objects that are not with the outputs. */
  left: number;
  failure: ArrivalFailure | undefined;
  /** Why nothing in it could be read. */
  refusal: string | undefined;
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
  readonly #inbox: InboxReader<Arrival>;
  readonly #onNews: () => void;
  readonly #runs = new Map<number, Run>();
  readonly #ahead: Run[] = [];
  #lastNumber = 0;

  /** `onNews`: there may be something to list. */
  constructor(inbox: Inbox<Arrival>, onNews: () => void) {
    this.#onNews = onNews;
    this.#inbox = new InboxReader({
      inbox,
      isFull: () => this.#ahead.length >= inbox.aheadMax || this.#runs.size >= UNSETTLED_MAX,
      take: (arrival) => this.#take(arrival),
    });
  }

  /** The run after `after`: at most one. Rejects with `timed-out` if there is none yet. */
  async listEntries(after: string, _limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    await this.#inbox.open(report);
    const number = numberOfRun(after);
    const known = [...this.#runs].find(([one]) => one > number);
    if (known !== undefined) return [entryOf(known[0], known[1])];
    const index = this.#ahead.findIndex(({ isOpen }) => isOpen);
    const [run] = index < 0 ? [] : this.#ahead.splice(index, 1);
    this.#inbox.look();
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

  /** Nothing in that run could be read. */
  refuse(number: number, reason: string): void {
    const account = this.#runs.get(number)?.account;
    if (account !== undefined) account.refusal ??= reason;
  }

  /** All events of the runs up to this one are with the outputs. */
  acknowledge(number: number): void {
    for (const [one, run] of this.#runs) {
      if (one > number) break;
      this.#runs.delete(one);
      if (!run.isTaken) void run.opening.then((stored) => stored.close());
      this.#settle(run.account);
    }
    this.#inbox.look();
  }

  close(): Promise<void> {
    return this.#inbox.close();
  }

  #take(arrival: Arrival): void {
    const account: Account = {
      arrival,
      left: arrival.objects.length,
      failure: undefined,
      refusal: undefined,
    };
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
          this.#inbox.look();
        },
      );
    }
  }

  #settle(account: Account): void {
    account.left -= 1;
    if (account.left > 0) return;
    const { arrival, failure, refusal } = account;
    if (failure !== undefined) arrival.fail(failure);
    else if (refusal !== undefined && arrival.refuse !== undefined) arrival.refuse(refusal);
    else arrival.done();
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
