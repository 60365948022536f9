/* Whether a webhook can listen as it is told to, and who may send to it. */

import { accessSync, constants } from 'node:fs';
import type { WebhookConfig } from '../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { findSecret } from '../store/webhook/webhook-access.ts';
import { isLoopback, parseWebhookLocation } from '../store/webhook/webhook-location.ts';

export function checkWebhook(location: string, webhook: WebhookConfig): Diagnostic[] {
  const address = parseWebhookLocation(location);
  if (address === undefined) {
    const hint = 'a webhook is http://ADDRESS:PORT/PATH; what lies elsewhere is downloaded first';
    return [unreadable(location, 'nobody can listen there', hint)];
  }
  const { certificateFile, keyFile } = webhook;
  if (address.isSecure && certificateFile === undefined) {
    const hint = 'for example -o webhook.ssl_certificate=./server.pem';
    return [unreadable(location, 'https needs `webhook.ssl_certificate`', hint)];
  }
  const secret = findSecret(webhook, address.path);
  const files = [...(address.isSecure ? [certificateFile, keyFile] : []), secret?.secretFile];
  const missing = files.filter((path) => path !== undefined && !isReadable(path));
  if (missing.length > 0)
    return missing.map((path) => unreadable(location, `${path} cannot be read`, undefined));
  if (secret !== undefined || isLoopback(address.host)) return [];
  const message = `whoever reaches ${location} can send events there`;
  return [createDiagnostic('WEBHOOK_OPEN', { message })];
}

/** Entries of `webhook.authentication` that are for a path where nobody listens: a mistake, and an open door. */
export function findUnusedSecrets(
  { authentication }: WebhookConfig,
  locations: readonly string[],
): Diagnostic[] {
  const paths = locations.flatMap((location) => parseWebhookLocation(location)?.path ?? []);
  if (paths.length === 0) return [];
  return authentication.flatMap(({ path }) => {
    if (path === undefined || paths.includes(path)) return [];
    const message = `\`webhook.authentication\` has a secret for \`${path}\`, where no stream listens`;
    const hint = `streams listen at ${paths.join(', ')}: a slash at the end counts`;
    return [createDiagnostic('WEBHOOK_SECRET_UNUSED', { message, hint })];
  });
}

function unreadable(location: string, why: string, hint: string | undefined): Diagnostic {
  const message = `cannot open ${location}: ${why}`;
  return createDiagnostic('SOURCE_UNREADABLE', {
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
