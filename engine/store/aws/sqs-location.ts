/* Locations in SQS, `sqs://NAME`. */

export const SQS_SCHEME = 'sqs://';

/** Up to 80 letters, digits, hyphens and underscores; those that keep an order end in `.fifo` (Amazon's rules). */
const QUEUE = /^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$/;

/** Name of the queue; `undefined`: it is none. */
export function parseSqsLocation(location: string): string | undefined {
  const name = location.slice(SQS_SCHEME.length);
  return QUEUE.test(name) ? name : undefined;
}
