/* Who gets the alerts of an output, and in which form: what alerts that wait on disk are kept for. */

import { createHash } from 'node:crypto';
import type { AlertShape } from '../detect/alert/alert-channel.ts';
import type { DestinationConfig } from './output-config.ts';
import { type OutputTarget, receiverOf } from './output-kinds.ts';

const DIGEST_SIZE = 16;

export function destinationOf(target: OutputTarget, shape: AlertShape): DestinationConfig {
  const { label, identity } = receiverOf(target);
  const { kind, hasRawEvent, template } = shape;
  const text = JSON.stringify([target.type, identity, kind, hasRawEvent, template ?? '']);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_SIZE);
  return {
    label: `${target.type} ${label}`,
    form: hasRawEvent ? `${kind} with raw event` : kind,
    digest,
  };
}
