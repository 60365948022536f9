/* Locations that things come to by themselves, and whose senders are told when they are with the outputs. */

import { SQS_SCHEME } from '../aws/sqs-location.ts';
import { isWebhookLocation } from '../webhook/webhook-location.ts';

export function isInbox(location: string): boolean {
  return location.startsWith(SQS_SCHEME) || isWebhookLocation(location);
}
