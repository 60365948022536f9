/* Which hosts belong together, and which a stranger's answer may not lead to. */

import { isIP } from 'node:net';

/** Under these, names of two labels belong to different people; the same is true of `co.uk` and its like. */
const SHARED = new Set([
  ...['github.io', 'gitlab.io', 'azurecr.io', 'amazonaws.com', 'cloudfront.net', 'herokuapp.com'],
  ...['pages.dev', 'workers.dev', 'web.app', 'vercel.app', 'netlify.app', 'run.app', 'fly.dev'],
  ...['onrender.com', 'ngrok.io', 'ngrok-free.app', 'duckdns.org', 'nip.io', 'sslip.io'],
]);
const SECOND_LEVEL = /^(?:co|com|net|org|gov|edu|ac|ne|or|go|gob|mil)$/;
const COUNTRY_LENGTH = 2;

/** Whether one organisation has both, as far as names tell; of numbers each port is another one. */
export function isSameSite(one: URL, other: URL): boolean {
  if (one.host === other.host) return true;
  if (isIP(unbracketed(one.hostname)) !== 0 || isIP(unbracketed(other.hostname)) !== 0)
    return false;
  const site = siteOf(one.hostname);
  return site !== undefined && site === siteOf(other.hostname);
}

/** The part of a name that its owner has registered. */
function siteOf(host: string): string | undefined {
  const labels = host.toLowerCase().split('.');
  const [second = '', top = ''] = labels.slice(-2);
  const isOfCountry = top.length === COUNTRY_LENGTH && SECOND_LEVEL.test(second);
  const count = isOfCountry || SHARED.has(`${second}.${top}`) ? 3 : 2;
  return labels.length < count ? undefined : labels.slice(-count).join('.');
}

const NEAR = [
  /^127\./,
  /^0\./,
  /^10\./,
  /^169\.254\./,
  /^192\.168\./,
  /^172\.(?:1[6-9]|2\d|3[01])\./,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^::1?$/,
  /^f[cd][\da-f]{2}:/,
  /^fe[89ab][\da-f]:/,
  /^::ffff:/,
];

/** An address of this machine or of the network around it, such as the one that gives a machine its credentials. */
export function isNearby(hostname: string): boolean {
  const host = unbracketed(hostname.toLowerCase());
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.internal'))
    return true;
  return isIP(host) !== 0 && NEAR.some((pattern) => pattern.test(host));
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
