/* Locations in SQS, `sqs://NAME`. */

import { findMissingPackages, S3_PACKAGE, SQS_PACKAGE } from './aws-packages.ts';
import {
  type InvalidLocation,
  invalid,
  type LocationKind,
  measureNothing,
  type Place,
} from './location-kind.ts';

export interface QueueLocation extends Place<'queue'> {
  readonly name: string;
}

export const QUEUE: LocationKind<QueueLocation> = {
  supply: 'inbox',
  pattern: /^sqs:\/\//,
  parse: parseQueue,
  check: () => findMissingPackages([S3_PACKAGE, SQS_PACKAGE]),
  measure: measureNothing,
};

const HINT = 'a queue is sqs://NAME: up to 80 letters, digits, hyphens and underscores';

/** Up to 80 letters, digits, hyphens and underscores; those that keep an order end in `.fifo` (Amazon's rules). */
const NAME = /^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$/;

function parseQueue(text: string): QueueLocation | InvalidLocation {
  const name = text.slice('sqs://'.length);
  if (name === '') return invalid(text, 'no queue was named', HINT);
  return NAME.test(name)
    ? { kind: 'queue', text, name }
    : invalid(text, `\`${name}\` is not a name of a queue`, HINT);
}
