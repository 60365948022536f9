/*
 * Whether a request is from somebody who knows the secret. Bearer tokens: RFC 6750; GitHub's signature:
 * `X-Hub-Signature-256: sha256=HEX`, HMAC-SHA256 of the body as it was sent.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import type { SenderSecret } from '../location/webhook-access.ts';
import { StoreError, toStoreError } from '../store-error.ts';

const SCHEME = /^bearer /i;
const GITHUB_HEADER = 'x-hub-signature-256';
const PREFIX = /^sha256=/i;
const HEX = /^[\da-f]{64}$/i;

export interface SenderCheck {
  /** Before the body is read; why the sender is not believed. */
  ofHead(headers: IncomingHttpHeaders): string | undefined;
  ofBody(headers: IncomingHttpHeaders, body: Uint8Array): string | undefined;
}

/** Rejects with `StoreError` where there is no secret to compare with. */
export async function createSenderCheck(wanted: SenderSecret | undefined): Promise<SenderCheck> {
  if (wanted === undefined) return { ofHead: () => undefined, ofBody: () => undefined };
  const secret = await readSecret(wanted);
  if (wanted.type === 'bearer') {
    return {
      ofHead: ({ authorization }) => {
        if (!SCHEME.test(authorization ?? '')) return 'the bearer token is missing';
        const given = (authorization ?? '').replace(SCHEME, '').trim();
        return isEqual(digest(given), digest(secret)) ? undefined : 'the bearer token is wrong';
      },
      ofBody: () => undefined,
    };
  }
  const header = wanted.type === 'github' ? GITHUB_HEADER : wanted.header.toLowerCase();
  const given = (headers: IncomingHttpHeaders): string | undefined => {
    const value = headers[header];
    return typeof value === 'string' ? value.trim() : undefined;
  };
  return {
    ofHead: (headers) =>
      given(headers) === undefined ? `the header ${header} is missing` : undefined,
    ofBody: (headers, body) => {
      const wantedBytes = createHmac('sha256', secret).update(body).digest();
      const isRight = isEqual(toBytes(given(headers) ?? ''), wantedBytes);
      return isRight ? undefined : `the signature in ${header} is wrong`;
    },
  };
}

async function readSecret({ secret, secretFile }: SenderSecret): Promise<string> {
  if (secret !== undefined) return secret;
  const path = secretFile ?? '';
  try {
    const read = (await readFile(path, 'utf8')).trim();
    if (read === '') throw new StoreError('io', 'is empty');
    return read;
  } catch (error) {
    const { code, message } = toStoreError(error);
    throw new StoreError(code, `the secret in ${path} ${message}`);
  }
}

/** Hexadecimal digits or Base64. */
function toBytes(signature: string): Buffer {
  const digits = signature.replace(PREFIX, '');
  return Buffer.from(digits, HEX.test(digits) ? 'hex' : 'base64');
}

/** As long for any two. */
function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
