/* Who may send to a webhook. */

import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSenderCheck } from '../../../engine/store/webhook/sender-check.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const folder = scratchFolder('sender-check');
const BODY = Buffer.from('{"a":1}');
const hmac = (secret: string, body: Uint8Array = BODY): string =>
  createHmac('sha256', secret).update(body).digest('hex');
const secretOf = (type: 'bearer' | 'hmac' | 'github', more: object = {}) => ({
  ...{ path: undefined, type, header: 'X-Signature', secret: 'sesame', secretFile: undefined },
  ...more,
});
const isLetIn = async (
  secret: Parameters<typeof createSenderCheck>[0],
  headers: IncomingHttpHeaders,
): Promise<boolean> => {
  const check = await createSenderCheck(secret);
  return (check.ofHead(headers) ?? check.ofBody(headers, BODY)) === undefined;
};
const base64 = Buffer.from(hmac('sesame'), 'hex').toString('base64');

describe('a sender', () => {
  it.each<[boolean, string, 'bearer' | 'hmac' | 'github', IncomingHttpHeaders]>([
    [true, 'token', 'bearer', { authorization: 'Bearer sesame' }],
    [true, 'token, in other letters', 'bearer', { authorization: 'bearer   sesame ' }],
    [false, 'another token', 'bearer', { authorization: 'Bearer sesam' }],
    [false, 'a longer token', 'bearer', { authorization: 'Bearer sesamee' }],
    [false, 'no token', 'bearer', { authorization: 'Bearer ' }],
    [false, 'no scheme', 'bearer', { authorization: 'sesame' }],
    [false, 'no header', 'bearer', {}],
    [false, 'a signature for a token', 'bearer', { 'x-signature': hmac('sesame') }],
    [true, 'signature', 'hmac', { 'x-signature': hmac('sesame') }],
    [true, 'signature with its algorithm', 'hmac', { 'x-signature': `sha256=${hmac('sesame')}` }],
    [true, 'signature in capitals', 'hmac', { 'x-signature': hmac('sesame').toUpperCase() }],
    [true, 'signature in Base64', 'hmac', { 'x-signature': base64 }],
    [false, 'by another secret', 'hmac', { 'x-signature': hmac('other') }],
    [false, 'of another body', 'hmac', { 'x-signature': hmac('sesame', Buffer.from('{}')) }],
    [false, 'half a signature', 'hmac', { 'x-signature': hmac('sesame').slice(0, 32) }],
    [false, 'no signature', 'hmac', { 'x-signature': '' }],
    [false, 'no header at all', 'hmac', {}],
    [true, "GitHub's", 'github', { 'x-hub-signature-256': `sha256=${hmac('sesame')}` }],
    [false, "GitHub's in another header", 'github', { 'x-signature': hmac('sesame') }],
    [false, "GitHub's older one", 'github', { 'x-hub-signature': `sha1=${hmac('sesame')}` }],
  ])('is let in (%s): %s', async (isIn, _, type, headers) => {
    expect(await isLetIn(secretOf(type), headers)).toBe(isIn);
  });

  it('is let in by a secret with blanks in it, and by one in a file', async () => {
    const spaced = secretOf('bearer', { secret: 'open sesame' });
    expect(await isLetIn(spaced, { authorization: 'Bearer open sesame' })).toBe(true);
    const secretFile = folder.write('secret', '\n sesame \n');
    const ofFile = secretOf('github', { secret: undefined, secretFile });
    expect(await isLetIn(ofFile, { 'x-hub-signature-256': hmac('sesame') })).toBe(true);
  });

  it('is not let in where the secret is not there', async () => {
    const empty = secretOf('bearer', {
      secret: undefined,
      secretFile: folder.write('empty', '\n'),
    });
    await expect(createSenderCheck(empty)).rejects.toThrow('the secret in');
    const missing = secretOf('bearer', { secret: undefined, secretFile: `${folder.path}/none` });
    await expect(createSenderCheck(missing)).rejects.toThrow('does not exist');
  });

  it('needs nothing where nothing is asked', async () => {
    expect(await isLetIn(undefined, {})).toBe(true);
  });
});
