import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  isDetachedOf,
  readDetached,
  signDetached,
} from '../../../../engine/packages/trust/detached-signature.ts';
import { parsePublicKey, publicKeyFile } from '../../../../engine/packages/trust/public-key.ts';
import {
  generateKey,
  needsPassword,
  readSecretKey,
  type SecretKey,
  secretKeyFile,
} from '../../../../engine/packages/trust/secret-key.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('minisign');

/** Made by minisign 0.11 for this test, without a password. */
const ITS_PUBLIC = 'RWT3wLB9ze5OS+3sMoUkuOv5HntP+gidlwBt1+UGVqIy2Ghbo9iTmjY/';
const ITS_SECRET = `untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA98Cwfc3uTkt2AIu2blH5yyh80OYiKaoWKm8kQ9nZo+uWw5NHPuZxy+3sMoUkuOv5HntP+gidlwBt1+UGVqIy2Ghbo9iTmjY/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
`;

function keyOf(file: string, password = ''): SecretKey {
  const key = readSecretKey(file, password);
  if (key === undefined || typeof key === 'string') throw new Error(key ?? 'wrong password');
  return key;
}

describe('a key', () => {
  it('of minisign is read', () => {
    expect(needsPassword(ITS_SECRET)).toBe(false);
    const { publicKey } = keyOf(ITS_SECRET);
    expect([publicKey.text, publicKey.id]).toEqual([ITS_PUBLIC, '4B4EEECD7DB0C0F7']);
    expect(parsePublicKey(ITS_PUBLIC)).toEqual(publicKey);
    expect(parsePublicKey(publicKeyFile(publicKey))).toEqual(publicKey);
  });

  it.each(['', 'correct horse'])('with the password "%s" is written and read', (password) => {
    const key = generateKey();
    const file = secretKeyFile(key, password);
    expect(needsPassword(file)).toBe(password !== '');
    expect(keyOf(file, password)).toEqual(key);
    if (password !== '') expect(readSecretKey(file, 'wrong')).toBeUndefined();
    expect(secretKeyFile(key, password) === file).toBe(password === '');
  });

  it.each([
    ['a public key', ITS_PUBLIC, 'is no secret key'],
    ['nothing', '', 'is no secret key'],
    ['text', 'untrusted comment: x\nnot base64!', 'is no secret key'],
    ['half of one', ITS_SECRET.slice(0, 150), 'is no secret key'],
  ])('is not read of %s', (_name, file, said) => {
    expect(readSecretKey(file, '')).toContain(said);
  });

  it('whose halves do not belong together is refused', () => {
    const bytes = Buffer.from(ITS_SECRET.split('\n')[1] ?? '', 'base64');
    bytes.writeUInt8(bytes.readUInt8(70) ^ 1, 70);
    expect(readSecretKey(bytes.toString('base64'), '')).toContain('do not belong together');
  });

  it('that asks for gigabytes is refused before anything is computed', () => {
    const bytes = Buffer.from(secretKeyFile(generateKey(), 'p').split('\n')[1] ?? '', 'base64');
    bytes.writeBigUInt64LE(1n << 40n, 46);
    expect(readSecretKey(bytes.toString('base64'), 'p')).toContain('more memory');
  });

  it.each(['', 'RWQ', `${ITS_PUBLIC}A`, ITS_PUBLIC.slice(1), ITS_PUBLIC.replace('RW', 'RX')])(
    'that is public is not read of "%s"',
    (text) => {
      expect(parsePublicKey(text)).toBeUndefined();
    },
  );
});

describe('a detached signature', () => {
  const bytes = Buffer.from('what is signed');
  const key = keyOf(ITS_SECRET);
  const text = signDetached(bytes, key, 'file:x.wasm\thashed');

  it('is right for these bytes and this key alone', () => {
    const signature = readDetached(text);
    if (signature === undefined) throw new Error();
    expect([signature.keyId, signature.trustedComment]).toEqual([
      '4B4EEECD7DB0C0F7',
      'file:x.wasm\thashed',
    ]);
    expect(isDetachedOf(signature, key.publicKey, bytes)).toBe(true);
    expect(isDetachedOf(signature, key.publicKey, Buffer.from('what is signee'))).toBe(false);
    expect(isDetachedOf(signature, generateKey().publicKey, bytes)).toBe(false);
    const other = { ...signature, trustedComment: 'file:y.wasm\thashed' };
    expect(isDetachedOf(other, key.publicKey, bytes)).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['a public key', ITS_PUBLIC],
    ['no trusted comment', text.replace('trusted comment: f', 'comment: f')],
    ['a line too few', text.split('\n').slice(0, 3).join('\n')],
  ])('is not read of %s', (_name, wrong) => {
    expect(readDetached(wrong)).toBeUndefined();
  });
});

const isThere = spawnSync('minisign', ['-v']).status === 0;

/** Skipped where it is not installed. Its own passwords take a GiB and ten seconds, so they are not tried each time. */
describe.runIf(isThere)('minisign itself', () => {
  const file = folder.write('signed.wasm', 'bytes');
  const minisign = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('minisign', args, {
      cwd: folder.path,
      encoding: 'utf8',
      input: 'secret word\nsecret word\n',
    });
    expect(status, stderr).toBe(0);
    return stdout;
  };

  it('finds our signature right', () => {
    const key = generateKey();
    folder.write('signed.wasm.minisig', signDetached(Buffer.from('bytes'), key, 'hello'));
    const said = minisign('-V', '-m', file, '-P', key.publicKey.text);
    expect(said).toContain('Signature and comment signature verified\nTrusted comment: hello');
  });

  it('signs with a key that we wrote', () => {
    const key = generateKey();
    folder.write('our.key', secretKeyFile(key, ''));
    minisign('-S', '-W', '-s', 'our.key', '-m', file, '-x', 'by-minisign');
    const signature = readDetached(readFileSync(join(folder.path, 'by-minisign'), 'utf8'));
    if (signature === undefined) throw new Error();
    expect(isDetachedOf(signature, key.publicKey, Buffer.from('bytes'))).toBe(true);
  });

  it('writes signatures of the older kind that we find right', () => {
    const key = generateKey();
    folder.write('our.key', secretKeyFile(key, ''));
    minisign('-S', '-l', '-W', '-s', 'our.key', '-m', file, '-x', 'older');
    const signature = readDetached(readFileSync(join(folder.path, 'older'), 'utf8'));
    if (signature === undefined) throw new Error();
    expect(signature.algorithm).toBe('Ed');
    expect(isDetachedOf(signature, key.publicKey, Buffer.from('bytes'))).toBe(true);
  });

  it('reads keys with a password that we wrote', () => {
    const key = generateKey();
    folder.write('our.key', secretKeyFile(key, 'secret word'));
    minisign('-S', '-s', 'our.key', '-m', file, '-x', 'with-password');
    const signature = readDetached(readFileSync(join(folder.path, 'with-password'), 'utf8'));
    expect(signature?.keyId).toBe(key.publicKey.id);
  });
});
