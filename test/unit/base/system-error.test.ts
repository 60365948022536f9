import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemErrorText, systemErrorTextAt } from '../../../engine/base/system-error.ts';

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const refused = (host: string): Promise<unknown> =>
  new Promise((resolve) => connect(1, host).once('error', resolve));

describe('errors of the system in words', () => {
  it('of files, with the path where nobody else names it', () => {
    const missing = thrown(() => readFileSync('/nowhere/a.txt'));
    expect(systemErrorText(missing)).toBe('it does not exist');
    expect(systemErrorTextAt(missing)).toBe('/nowhere/a.txt: it does not exist');
    expect(systemErrorText(thrown(() => writeFileSync('/', 'x')))).toBe('it is a folder');
    expect(systemErrorTextAt(new Error('/a is odd'))).toBe('/a is odd');
  });

  it('of sockets, with the address; of all addresses of a name the first', async () => {
    expect(systemErrorText(await refused('127.0.0.1'))).toBe('connection refused (127.0.0.1:1)');
    const all = Object.assign(new AggregateError([await refused('127.0.0.1')], ''), { code: 'E' });
    expect(systemErrorText(all)).toBe('connection refused (127.0.0.1:1)');
    const unknown = { code: 'ENOTFOUND', hostname: 'siem.example', message: 'getaddrinfo' };
    expect(systemErrorText(unknown)).toBe('unknown host siem.example');
  });

  it('of certificates, with what to do', () => {
    const code = 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
    expect(systemErrorText({ code, message: 'unable to verify the first certificate' })).toBe(
      'its certificate is not signed by a known CA (`ca_cert` names one)',
    );
    const other = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', reason: 'Host: a. is not in: DNS:b' };
    expect(systemErrorText(other)).toBe(
      'its certificate is for another name: Host: a. is not in: DNS:b',
    );
  });

  it('of everything else as it is', () => {
    expect(systemErrorText(new Error('odd'))).toBe('odd');
    expect(systemErrorText({ code: 'E2BIG', message: 'E2BIG: too big' })).toBe('E2BIG: too big');
    expect(systemErrorText({ code: 'E2BIG' })).toBe('E2BIG');
    expect(systemErrorText('text')).toBe('text');
    expect(systemErrorText(undefined)).toBe('undefined');
  });
});
