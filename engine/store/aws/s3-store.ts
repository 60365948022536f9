/*
 * A bucket, or a part of one: keys that begin with a prefix. Paths are relative to the last folder of the prefix, so
 * that names stay whole; their order is that of the keys as bytes.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { BucketLocation } from '../location/bucket-location.ts';
import type { ObjectStore, StoredObject, StoreEntry } from '../object-store.ts';
import type { ServiceCounts } from '../service-counts.ts';
import { StoreError } from '../store-error.ts';
import type { AwsAccess } from './aws-access.ts';
import { connectS3, onAnswer, type S3Service } from './aws-client.ts';
import { toS3Error } from './aws-error.ts';
import { S3Body } from './s3-body.ts';

/** The service gives no more at once. */
const PAGE_MAX = 1000;
const NANOSECONDS_PER_MS = 1_000_000n;

interface Page {
  readonly entries: readonly StoreEntry[];
  /** `undefined`: it was the last one. */
  readonly next: string | undefined;
}

export class S3Store implements ObjectStore {
  readonly aheadMax: number;
  readonly #access: AwsAccess;
  readonly #counts: ServiceCounts;
  readonly #location: BucketLocation;
  /** Paths are what follows it in a key. */
  readonly #folder: string;
  #connecting: Promise<S3Service> | undefined;
  /** Entries listed and not given out yet, the path before them, and where the next page begins. */
  #listed: StoreEntry[] = [];
  #lastPath: string | undefined;
  #next: string | undefined;
  #answeredMs: number | undefined;

  constructor(location: BucketLocation, access: AwsAccess, counts: ServiceCounts) {
    const { prefix } = location;
    this.#location = location;
    this.#folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    this.#access = access;
    this.#counts = counts;
    this.aheadMax = Math.max(1, access.concurrency);
  }

  async listEntries(after: string, limit: number): Promise<StoreEntry[]> {
    if (this.#lastPath === undefined || this.#lastPath !== after) {
      this.#listed = [];
      this.#take(await this.#list(limit, after, undefined));
    }
    while (this.#listed.length === 0 && this.#next !== undefined)
      this.#take(await this.#list(limit, after, this.#next));
    const entries = this.#listed.splice(0, limit);
    this.#lastPath = entries.at(-1)?.path;
    return entries;
  }

  async open(path: string): Promise<StoredObject> {
    const { bucket, prefix } = this.#location;
    const key = path === '' ? prefix : this.#folder + path;
    if (!key.startsWith(prefix)) throw new StoreError('denied', 'is not a path below its root');
    return S3Body.open(await this.#connect(), { bucket, key }, SYSTEM_CLOCK);
  }

  /** When the service answered the latest listing, by its own clock, in milliseconds since 1970. */
  get answeredMs(): number {
    return this.#answeredMs ?? SYSTEM_CLOCK.nowMs();
  }

  #take({ entries, next }: Page): void {
    this.#listed.push(...entries);
    this.#next = next;
  }

  async #list(limit: number, after: string, token: string | undefined): Promise<Page> {
    const { bucket, prefix } = this.#location;
    const { module, client } = await this.#connect();
    try {
      const command = new module.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        // Keys may have characters in them that XML has no way to write.
        EncodingType: 'url',
        MaxKeys: Math.min(limit, PAGE_MAX),
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(token === undefined && after !== '' ? { StartAfter: this.#folder + after } : {}),
      });
      onAnswer(command, ({ date }) => {
        this.#answeredMs = parseDate(date);
      });
      const output = await client.send(command);
      const isEncoded = output.EncodingType === 'url';
      const entries = (output.Contents ?? []).flatMap(({ Key, Size, LastModified }) => {
        const key = isEncoded ? decodeKey(Key ?? '') : (Key ?? '');
        // Tools make empty objects in place of folders.
        if (key.endsWith('/') || !key.startsWith(prefix)) return [];
        // A prefix that is a whole key names that object.
        const path = key === prefix ? '' : key.slice(this.#folder.length);
        const modifiedNs = BigInt(LastModified?.getTime() ?? 0) * NANOSECONDS_PER_MS;
        return [{ path, size: Size ?? 0, modifiedNs }];
      });
      return { entries, next: output.NextContinuationToken };
    } catch (error) {
      throw toS3Error(error, bucket, 's3:ListBucket');
    }
  }

  #connect(): Promise<S3Service> {
    this.#connecting ??= connectS3(this.#access, this.#counts);
    return this.#connecting;
  }
}

function parseDate(date: string | undefined): number | undefined {
  const milliseconds = Date.parse(date ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
