/* What services were asked for, and what was sent to us, for the summary of a stream. */

export interface ServiceCounts {
  /** Fetched from a bucket, each time. */
  objects: number;
  /** Requests to Amazon’s services, or parts of objects, that were asked for once more. */
  repeats: number;
  /** Messages of a queue: received (each time), deleted, returned to the queue. */
  messages: number;
  deleted: number;
  returned: number;
  /** Requests to a webhook: answered with 200, and with anything else. */
  accepted: number;
  refused: number;
  /** Bytes sent to a socket and not read when the run was over: they are lost. */
  droppedBytes: number;
}

export function createCounts(): ServiceCounts {
  return {
    objects: 0,
    repeats: 0,
    messages: 0,
    deleted: 0,
    returned: 0,
    accepted: 0,
    refused: 0,
    droppedBytes: 0,
  };
}
