/*
 * Addresses that a webhook listens at, `http://HOST:PORT/PATH`: without a host all addresses of the machine, as in
 * Falco.
 */

import { accessSync, constants } from 'node:fs';
import {
  type CheckContext,
  type InvalidLocation,
  invalid,
  type LocationFinding,
  type LocationKind,
  measureNothing,
  type Place,
  unreadable,
} from './location-kind.ts';
import { findSecret } from './webhook-access.ts';

export interface WebhookLocation extends Place<'webhook'> {
  readonly isSecure: boolean;
  /** Name or address, IPv6 without brackets; `undefined`: all addresses of the machine. */
  readonly host: string | undefined;
  readonly port: number;
  /** From its first slash on, without a query. */
  readonly path: string;
}

export const WEBHOOK: LocationKind<WebhookLocation> = {
  supply: 'inbox',
  pattern: /^https?:\/\//,
  parse: parseWebhook,
  check: checkWebhook,
  measure: measureNothing,
};

const LOCATION = /^(https?):\/\/(\[[\da-f:.]+\]|[\w.-]*):(\d{1,5})(\/[^?#\s]*)?$/i;
const PORT_MAX = 65_535;
/** Addresses that only this machine reaches. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

function parseWebhook(text: string): WebhookLocation | InvalidLocation {
  const [, scheme, host = '', digits, path = '/'] = LOCATION.exec(text) ?? [];
  const port = Number(digits);
  if (scheme === undefined || port < 1 || port > PORT_MAX) {
    const hint = 'a webhook is http://ADDRESS:PORT/PATH; what lies elsewhere is downloaded first';
    return invalid(text, 'not an address of this machine', hint);
  }
  return {
    kind: 'webhook',
    text,
    isSecure: scheme.toLowerCase() === 'https',
    host: host === '' ? undefined : host.replace(/^\[|\]$/g, ''),
    port,
    path,
  };
}

function checkWebhook(
  { isSecure, host, path }: WebhookLocation,
  { webhook }: CheckContext,
): LocationFinding[] {
  const { certificateFile, keyFile } = webhook;
  if (isSecure && certificateFile === undefined) {
    const hint = 'for example -o webhook.ssl_certificate=./server.pem';
    return [unreadable('https needs `webhook.ssl_certificate`', hint)];
  }
  const secret = findSecret(webhook, path);
  const files = [...(isSecure ? [certificateFile, keyFile] : []), secret?.secretFile];
  const missing = files.filter((file) => file !== undefined && !isReadable(file));
  if (missing.length > 0) return missing.map((file) => unreadable(`${file} cannot be read`));
  if (secret !== undefined || isLoopback(host)) return [];
  const what = 'everybody who reaches it can send events';
  return [{ kind: 'unprotected', what, hint: undefined }];
}

export function isLoopback(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
