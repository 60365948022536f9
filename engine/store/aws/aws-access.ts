/* How Amazon's services are reached; credentials are found by the SDK's own chain, in the I/O thread alone. */

export interface AwsAccess {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** Endpoint of another service with the same interface, such as `http://127.0.0.1:9000`. */
  readonly endpoint: string | undefined;
  /** Buckets in paths instead of host names. */
  readonly isPathStyle: boolean;
  /** Objects that are fetched at the same time. */
  readonly concurrency: number;
  readonly queues: QueueAccess;
  readonly polling: Polling;
  /** Variables in which the chain looks: `AWS_…`, and where the home folder is. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How a bucket is followed. */
export interface Polling {
  /** Between two looks at it, in milliseconds. */
  readonly intervalMs: number;
  /** Objects appear with times that lie so long before, in milliseconds. */
  readonly lookBackMs: number;
}

export interface QueueAccess {
  /** Account that the queue belongs to; `undefined`: that of the credentials. */
  readonly ownerAccount: string | undefined;
  /** Messages that were worked off are deleted; without it they come again when their time is over. */
  readonly isDeleting: boolean;
  /** Seconds for which no other reader gets a message; renewed as long as it is worked on. */
  readonly visibilitySeconds: number;
}
