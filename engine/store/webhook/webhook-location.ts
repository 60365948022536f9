/* Addresses that a webhook listens at, `http://HOST:PORT/PATH`: without a host at all of the machine's, as in Falco. */

export interface WebhookLocation {
  readonly isSecure: boolean;
  /** Name or address, IPv6 without brackets; `undefined`: all addresses of the machine. */
  readonly host: string | undefined;
  readonly port: number;
  /** From its first slash on, without a query. */
  readonly path: string;
}

const SCHEME = /^https?:\/\//;
const LOCATION = /^(https?):\/\/(\[[\da-f:.]+\]|[\w.-]*):(\d{1,5})(\/[^?#\s]*)?$/i;
const PORT_MAX = 65_535;
/** Addresses that only this machine reaches. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

export function isWebhookLocation(location: string): boolean {
  return SCHEME.test(location);
}

/** `undefined`: nobody can listen there. */
export function parseWebhookLocation(location: string): WebhookLocation | undefined {
  const [, scheme, host = '', digits, path = '/'] = LOCATION.exec(location) ?? [];
  const port = Number(digits);
  if (scheme === undefined || port < 1 || port > PORT_MAX) return undefined;
  return {
    isSecure: scheme.toLowerCase() === 'https',
    host: host === '' ? undefined : host.replace(/^\[|\]$/g, ''),
    port,
    path,
  };
}

export function isLoopback(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}
