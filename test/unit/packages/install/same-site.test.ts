import { describe, expect, it } from 'vitest';
import { isNearby, isSameSite } from '../../../../engine/packages/install/same-site.ts';

describe('hosts', () => {
  it.each<[one: string, other: string, isSame: boolean]>([
    ['ghcr.io', 'ghcr.io', true],
    ['registry-1.docker.io', 'auth.docker.io', true],
    ['registry.gitlab.com', 'gitlab.com', true],
    ['registry.corp.example.com', 'auth.corp.example.com', true],
    ['registry.example.com', 'example.com.evil.net', false],
    ['registry.example.com', 'evil.net', false],
    ['registry.example.co.uk', 'evil.co.uk', false],
    ['registry.example.co.uk', 'auth.example.co.uk', true],
    ['acme.azurecr.io', 'evil.azurecr.io', false],
    ['10.0.0.1', '10.0.0.2', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1:1', '127.0.0.1:2', false],
    ['localhost', 'evil', false],
  ])('%s and %s are of one site: %s', (one, other, isSame) => {
    const [first, second] = [new URL(`https://${one}`), new URL(`https://${other}`)];
    expect(isSameSite(first, second)).toBe(isSame);
    expect(isSameSite(second, first)).toBe(isSame);
  });

  it.each<[host: string, isNear: boolean]>([
    ['169.254.169.254', true],
    ['127.0.0.1', true],
    ['10.1.2.3', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.168.0.1', true],
    ['100.100.100.200', true],
    ['[::1]', true],
    ['[fe80::1]', true],
    ['[fd00:ec2::254]', true],
    ['[::ffff:a9fe:a9fe]', true],
    ['metadata.google.internal', true],
    ['storage.googleapis.com', false],
    ['8.8.8.8', false],
  ])('%s is nearby: %s', (host, isNear) => {
    expect(isNearby(host)).toBe(isNear);
  });
});
