import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** Servers on loopback, gone when the tests of the file are over; each answers where it is: `http://127.0.0.1:PORT`. */
export function servers(): (answer: RequestListener) => Promise<string> {
  const all: Server[] = [];
  afterAll(() => {
    for (const server of all) {
      server.close();
      server.closeAllConnections();
    }
  });
  return async (answer) => {
    const server = createServer(answer);
    all.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
}
