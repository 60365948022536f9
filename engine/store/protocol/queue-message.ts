/* A message of a queue, as it crosses to a plugin, and the plugin's answer. */

/** As it crosses to the plugin. */
export interface QueueMessage {
  readonly handle: bigint;
  readonly body: Uint8Array;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

export type MessageFate = 'done' | 'retry';

/** A message that cannot be read. */
export interface PoisonMessage {
  /** Location of the queue that it is from. */
  readonly queue: string;
  readonly id: string;
  readonly reason: string;
  readonly body: string;
}
