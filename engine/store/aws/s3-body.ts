/*
 * The bytes of one object in S3, streamed. A body that breaks off, or drips, is fetched again from where it broke, as
 * long as the object is the same; after some attempts without progress it costs this object.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import type { StoredObject } from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import type { S3Service } from './aws-client.ts';
import { toS3Error } from './aws-error.ts';

const ATTEMPTS_MAX = 5;
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 5_000;
/** Time spent waiting for bytes: fewer of them within it count as no progress. */
const DRIP_TIME_MS = 30_000;
const DRIP_SIZE = 64 << 10;

export interface S3ObjectName {
  readonly bucket: string;
  readonly key: string;
}

interface Body extends AsyncIterable<Uint8Array> {
  destroy(): void;
}

export class S3Body implements StoredObject {
  readonly isLive = false;
  readonly run = undefined;
  readonly descriptor = undefined;
  readonly #service: S3Service;
  readonly #name: S3ObjectName;
  readonly #clock: Clock;
  /** What the first answer said of the object. */
  #object: { readonly size?: number | undefined; readonly etag?: string | undefined } = {};
  #body: Body | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  /** Came, and was not read yet. */
  #left: Uint8Array = new Uint8Array(0);
  /** Position of the next byte that comes. */
  #position = 0;
  #attempts = 0;
  #waitedMs = 0;
  #waitedFrom = 0;
  #isClosed = false;

  private constructor(service: S3Service, name: S3ObjectName, clock: Clock) {
    this.#service = service;
    this.#name = name;
    this.#clock = clock;
  }

  /** Rejects with `StoreError`. */
  static async open(service: S3Service, name: S3ObjectName, clock: Clock): Promise<S3Body> {
    const object = new S3Body(service, name, clock);
    await object.#fetch();
    return object;
  }

  get size(): number | undefined {
    return this.#object.size;
  }

  async read(room: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#left.length > 0) return this.#take(room);
      if (this.#isAtEnd) {
        await this.#endBody();
        return 0;
      }
      try {
        if (this.#chunks === undefined) await this.#fetch();
        const { value, done } = await this.#next();
        if (done !== true) this.#accept(value);
        else if (this.size === undefined) return 0;
        else if (this.#position < this.size) throw new Error('the body broke off');
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** What follows is fetched from there. */
  seek(offset: number): number {
    this.#abandonBody();
    this.#position = offset;
    return offset;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isAtEnd) await this.#endBody();
    this.#abandonBody();
  }

  get #isAtEnd(): boolean {
    return this.size !== undefined && this.#position >= this.size;
  }

  #take(room: Uint8Array): number {
    const size = Math.min(this.#left.length, room.length);
    room.set(this.#left.subarray(0, size));
    this.#left = this.#left.subarray(size);
    return size;
  }

  #accept(bytes: Uint8Array): void {
    this.#left = bytes;
    this.#position += bytes.length;
    if (this.#position - this.#waitedFrom < DRIP_SIZE) return;
    this.#attempts = 0;
    this.#startClock();
  }

  /** The next bytes of the body, within the time for them. */
  async #next(): Promise<IteratorResult<Uint8Array>> {
    const began = this.#clock.monotonicMs();
    const chunk = await this.#chunks?.next();
    this.#waitedMs += this.#clock.monotonicMs() - began;
    const { done = true, value } = chunk ?? {};
    if (!done && this.#waitedMs > DRIP_TIME_MS && this.#position - this.#waitedFrom < DRIP_SIZE)
      throw new Error(`fewer than ${DRIP_SIZE >> 10} KiB in ${DRIP_TIME_MS / 1000} s`);
    return done ? { done, value: undefined } : { done, value: value as Uint8Array };
  }

  #startClock(): void {
    this.#waitedMs = 0;
    this.#waitedFrom = this.#position;
  }

  async #fetch(): Promise<void> {
    const { bucket, key } = this.#name;
    const { module, client, counts } = this.#service;
    const isWhole = this.#position === 0;
    try {
      const output = await client.send(
        new module.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(isWhole ? {} : { Range: `bytes=${this.#position}-` }),
          ...(this.#object.etag === undefined ? {} : { IfMatch: this.#object.etag }),
        }),
      );
      const { size, etag = output.ETag } = this.#object;
      if (isWhole) counts.objects += 1;
      this.#object = { size: isWhole ? output.ContentLength : size, etag };
      this.#body = output.Body as unknown as Body;
      // It was closed while it was on its way.
      if (this.#isClosed) this.#abandonBody();
      else this.#chunks = this.#body[Symbol.asyncIterator]();
      this.#startClock();
    } catch (error) {
      // Behind the end of an object there is nothing.
      if ((error as { name?: string }).name !== 'InvalidRange')
        throw toS3Error(error, bucket, 's3:GetObject');
      this.#object = { ...this.#object, size: this.#position };
    }
  }

  /** Rejects where another attempt is of no use. */
  async #recover(error: unknown): Promise<void> {
    this.#abandonBody();
    if (error instanceof StoreError || this.#isClosed) throw error;
    this.#attempts += 1;
    this.#service.counts.repeats += 1;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#attempts >= ATTEMPTS_MAX)
      throw new StoreError('io', `broke off at byte ${this.#position}: ${message}`);
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** this.#attempts);
    await sleep(pauseMs * (0.5 + spreadOf(this.#name.key) / 2));
  }

  /** After its last byte, so that its connection may be used again. */
  async #endBody(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = undefined;
    try {
      await chunks?.next();
    } catch {
      // All of it has come.
    }
  }

  #abandonBody(): void {
    this.#body?.destroy();
    this.#body = undefined;
    this.#chunks = undefined;
    this.#left = new Uint8Array(0);
  }
}

/** From 0 to 1: objects that broke off together are not all fetched again at the same moment. */
function spreadOf(key: string): number {
  let sum = 0;
  for (const character of key) sum = (31 * sum + (character.codePointAt(0) ?? 0)) % 1000;
  return sum / 1000;
}
