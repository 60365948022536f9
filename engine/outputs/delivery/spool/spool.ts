/*
 * Alerts on disk while their receiver is away, first in, first out. What is in a spool survives the process; what was
 * delivered in the moment of a crash is delivered again.
 *
 * A folder has segments (files of records) and a position. Records are numbered without gaps, so whatever is damaged,
 * cut or removed, it is known how many alerts are missing; a damaged place costs the records in it. Records are
 * written append-only and synced before they count; each process begins a segment of its own. A segment is removed
 * when all that it holds is delivered and a position that says so is on the disk.
 *
 * Operations are queued, so they never overlap. Between two of them this holds (`#check`):
 * - begin ≤ expected ≤ end: delivered | read ahead (`#ahead`) | on disk only;
 * - there are as many alerts as numbers from begin to end, but for those that are known to be lost;
 * - there are segments where there are alerts.
 */

import { assert } from '../../../base/assert.ts';
import { makeFolder } from '../../../base/make-folder.ts';
import { OperationQueue } from '../../../base/operation-queue.ts';
import { lockFolder, type OwnerLock } from '../../../base/owner-lock.ts';
import type { Alert } from '../../../detect/alert/alert.ts';
import { PositionFile } from './position-file.ts';
import { ReadAhead } from './read-ahead.ts';
import { SegmentLog } from './segment-log.ts';
import { type Segment, SegmentReader, setAside, setAsideOthers, standOf } from './segments.ts';
import { readDestination, writeDestination } from './spool-destination.ts';
import { SpoolFull, SpoolOfOther } from './spool-errors.ts';
import { lossMessage, positionMessage } from './spool-messages.ts';
import type { SpoolOptions } from './spool-options.ts';
import { alertOf, printRecords, readRecord } from './spool-record.ts';

const NEWLINE = 0x0a;
/** The disk gets its room back in parts of this size. */
const SEGMENT_SIZE = 8 << 20;
/** Alerts that are written while all before them are in memory stay there as well, up to so many. */
const AHEAD_MAX = 4_096;
/** Alerts hold what only the operator reads. */
const FOLDER_MODE = 0o700;

export class Spool {
  readonly folder: string;
  readonly #options: SpoolOptions;
  readonly #operations = new OperationQueue();
  readonly #position: PositionFile;
  #lock: OwnerLock | undefined;
  readonly #log: SegmentLog;
  readonly #reader = new SegmentReader();
  readonly #ahead = new ReadAhead();
  /** Number of the next record that is read. */
  #expected = 1;
  #end = 1;
  /** Digest of the destination. */
  #digest: string | undefined;
  #count = 0;
  #lost = 0;
  /** Damaged bytes of the current segment since its last intact record. */
  #damage: { readonly offset: number; size: number } | undefined;
  #hasToldOfPosition = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.#log = new SegmentLog(options.folder, options.segmentSize ?? SEGMENT_SIZE);
    this.#position = new PositionFile(options.folder);
  }

  /** Alerts that are not delivered. */
  get count(): number {
    return this.#count;
  }

  /** Alerts that were on disk and are damaged or missing. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#log.size;
  }

  /** Takes over the spool of an earlier process. Rejects with the system's error, and while another process has it. */
  async open(): Promise<void> {
    await this.#open();
    for (const folder of this.#options.absorbed ?? []) await this.#absorb(folder);
  }

  #open(): Promise<void> {
    return this.#run(async () => {
      makeFolder(this.folder, FOLDER_MODE);
      if (!this.#options.isLocked) await this.#takeLock();
      await setAsideOthers(this.folder);
      const { position, isDamaged } = await this.#position.open();
      await this.#log.open();
      const { segments } = this.#log;
      const { begin, end } = await standOf(segments, position);
      [this.#expected, this.#end, this.#count] = [begin, end, end - begin];
      await this.#takeFor(position?.digest);
      if (isDamaged && (position !== undefined || segments.length > 0))
        this.#options.say?.(positionMessage(this.folder, position !== undefined));
      await this.#fill(1);
      // Both entries.
      await this.#keepPosition();
      await this.#keepPosition();
    });
  }

  /** Resolves to how many of them, from the first one on, are on the disk now; rejects when none is. */
  append(alerts: readonly Alert[]): Promise<number> {
    return this.#run(async () => {
      const { bytes, count } = this.#fitting(alerts);
      const segment = await this.#log.append(bytes, this.#end);
      this.#addAhead(alerts.slice(0, count), segment);
      this.#end += count;
      this.#count += count;
      await this.#keepPosition();
      return count;
    });
  }

  /** Those behind the `skip` oldest, no more than `max`. */
  peek(max: number, skip = 0): Promise<Alert[]> {
    return this.#run(async () => {
      await this.#fill(skip + max);
      return this.#ahead.peek(max, skip);
    });
  }

  /** The oldest `count` are delivered. */
  forget(count: number): Promise<void> {
    return this.#run(async () => {
      await this.#fill(count);
      this.#count -= this.#ahead.drop(count);
      await this.#keepPosition();
    });
  }

  close(): Promise<void> {
    return this.#run(async () => {
      await this.#position.close();
      await this.#log.close();
      await this.#reader.close();
      await this.#lock?.release();
    });
  }

  #run<Result>(operation: () => Promise<Result>): Promise<Result> {
    return this.#operations.run(async () => {
      const result = await operation();
      this.#check();
      return result;
    });
  }

  #check(): void {
    const [begin, ahead] = [this.#begin, this.#ahead.length];
    assert(begin <= this.#expected && this.#expected <= this.#end, 'a spool is read in its order');
    assert(this.#count === ahead + this.#end - this.#expected, 'each alert of a spool is counted');
    assert(
      this.#count === 0 || this.#log.segments.length > 0,
      'a spool has segments for its alerts',
    );
  }

  /** Number of the oldest alert that is not delivered. */
  get #begin(): number {
    return this.#ahead.firstNumber ?? this.#expected;
  }

  /** Alerts that wait for somebody else are left alone. */
  async #takeFor(digest: string | undefined): Promise<void> {
    const { destination } = this.#options;
    this.#digest = destination?.digest ?? digest;
    if (destination === undefined) return;
    const written = await readDestination(this.folder);
    const known = [digest, written?.digest].filter((one) => one !== undefined);
    if (this.#count > 0 && !known.includes(destination.digest))
      throw new SpoolOfOther(this.#count, written);
    const isSame = JSON.stringify(written) === JSON.stringify(destination);
    try {
      if (!isSame) writeDestination(this.folder, destination);
    } catch (error) {
      // The position says it as well.
      this.#options.say?.(`${this.folder}: ${(error as Error).message}`);
    }
  }

  /** Records of as many alerts, from the first one on, as there is room for. */
  #fitting(alerts: readonly Alert[]): { bytes: Buffer; count: number } {
    const { sizeMax } = this.#options;
    const size = this.size;
    const bytes = printRecords(this.#end, alerts);
    if (bytes.length <= sizeMax - size) return { bytes, count: alerts.length };
    let [end, count] = [0, 0];
    while (count < alerts.length) {
      const next = bytes.indexOf(NEWLINE, end) + 1;
      const isAlone = count === 0 && size === 0;
      if (next > sizeMax - size && !isAlone) break;
      [end, count] = [next, count + 1];
    }
    if (count === 0) throw new SpoolFull(sizeMax);
    return { bytes: bytes.subarray(0, end), count };
  }

  /** They need not be read again where all before them are in memory. */
  #addAhead(alerts: readonly Alert[], segment: Segment): void {
    const isAllRead = this.#expected === this.#end;
    if (!isAllRead || this.#ahead.length + alerts.length > AHEAD_MAX) return;
    for (const alert of alerts) this.#ahead.push(this.#expected++, alert);
    segment.read = segment.size;
  }

  /** Reads until so many are ahead, or all are. */
  async #fill(count: number): Promise<void> {
    while (this.#ahead.length < Math.min(count, this.#count)) await this.#readOn();
    if (this.#count === 0 && this.#log.segments.length > 0) await this.#keepPosition();
  }

  /** Reads a piece of the oldest segment that has something to read; what cannot be found is lost. */
  async #readOn(): Promise<void> {
    const segment = this.#log.segments.find(({ read, size }) => read < size);
    if (segment === undefined) {
      await this.#skipTo(this.#end, undefined);
      return;
    }
    const lines = await this.#reader.read(segment);
    if (lines.length === 0) segment.read = segment.size;
    for (const line of lines) {
      await this.#takeLine(line, segment);
      segment.read += Math.min(line.length + 1, segment.size - segment.read);
    }
    if (segment.read >= segment.size) this.#damage = undefined;
  }

  async #takeLine(line: Buffer, segment: Segment): Promise<void> {
    const record = readRecord(line);
    const alert = record === undefined ? undefined : alertOf(record);
    if (record === undefined || alert === undefined || record.number >= this.#end) {
      this.#damage ??= { offset: segment.read, size: 0 };
      this.#damage.size += line.length + 1;
      return;
    }
    // Delivered before, or there twice.
    if (record.number < this.#expected) return;
    await this.#skipTo(record.number, segment);
    this.#damage = undefined;
    this.#ahead.push(record.number, alert);
    this.#expected = record.number + 1;
  }

  /** Alerts before this number that were not read are lost. `segment`: where the next one is. */
  async #skipTo(number: number, segment: Segment | undefined): Promise<void> {
    const lost = number - this.#expected;
    if (lost === 0) return;
    const first = this.#expected;
    this.#expected = number;
    this.#count -= lost;
    this.#lost += lost;
    const damaged = segment ?? this.#log.segments.at(-1);
    const damage = damaged === undefined ? undefined : this.#damage;
    const kept =
      damaged === undefined || damage === undefined
        ? undefined
        : await setAside(damaged).catch(() => undefined);
    const place = { folder: this.folder, segments: this.#log.segments, damaged };
    this.#options.say?.(lossMessage({ lost, first, damage, kept }, place));
  }

  /** After a crash alerts are repeated that were delivered since; none is missed. */
  async #keepPosition(): Promise<void> {
    try {
      await this.#position.write({ begin: this.#begin, end: this.#end, digest: this.#digest });
      await this.#removeDelivered();
      this.#hasToldOfPosition = false;
    } catch (error) {
      if (!this.#hasToldOfPosition)
        this.#options.say?.(`${this.folder}: position not written: ${(error as Error).message}`);
      this.#hasToldOfPosition = true;
    }
  }

  /** A segment goes when what follows it is next, and the last one when nothing is left. */
  async #removeDelivered(): Promise<void> {
    const begin = this.#begin;
    const { segments } = this.#log;
    const over = segments.filter((_, index) => {
      const next = segments[index + 1];
      return next === undefined ? this.#count === 0 : next.first <= begin;
    });
    if (over.length === 0) return;
    await this.#position.sync();
    if (over.some((one) => one === this.#reader.segment)) await this.#reader.close();
    await this.#log.remove(over);
  }

  /** Killed in between, alerts are in both, and are sent twice. */
  async #absorb(folder: string): Promise<void> {
    const { say = () => {} } = this.#options;
    const other = new Spool({ folder, sizeMax: 0, isLocked: true, say });
    await other.open();
    try {
      while (other.count > 0) await other.forget(await this.append(await other.peek(AHEAD_MAX)));
    } catch (error) {
      say(`${folder}: ${(error as Error).message}; its alerts wait for the next start`);
    }
    this.#lost += other.lost;
    await other.close();
  }

  async #takeLock(): Promise<void> {
    this.#lock = await lockFolder(this.folder);
    const { missing } = this.#lock;
    if (missing !== undefined) this.#options.say?.(`${this.folder} cannot be locked: ${missing}`);
  }
}
