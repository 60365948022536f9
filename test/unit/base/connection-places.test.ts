/* Places of a server: an address with many connections is refused more of them, which is reported. */

import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { limitPlaces } from '../../../engine/base/connection-places.ts';

describe('places of a server', () => {
  it('are not all for one address', async () => {
    const said: string[] = [];
    const server = createServer((_, response) => void response.end('here'));
    limitPlaces(server, { most: 20, mostOfOne: 5, onFull: (message) => said.push(message) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const silent: Socket[] = [];
    const open = (localAddress: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', localAddress });
        silent.push(socket);
        socket.on('error', () => {});
        socket.on('close', () => resolve(false));
        socket.on('data', () => resolve(true));
        socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      });
    const ofOne = await Promise.all(Array.from({ length: 8 }, () => open('127.0.0.1')));
    expect(ofOne.filter((isAnswered) => isAnswered)).toHaveLength(5);
    expect(said).toEqual(['127.0.0.1 has 5 connections open: further ones of it are refused']);
    if (process.platform === 'linux') expect(await open('127.0.0.2')).toBe(true);
    for (const socket of silent) socket.destroy();
    await vi.waitUntil(() => open('127.0.0.1'));
    for (const socket of silent) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
