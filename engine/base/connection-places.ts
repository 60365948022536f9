import type { Server, Socket } from 'node:net';

export interface PlacesOptions {
  /** Connections at once, and of them from one address. */
  readonly most: number;
  readonly mostOfOne: number;
  /** Some were turned away; once until there is room again. */
  readonly onFull: (message: string) => void;
}

/** A server's places, so that one sender cannot take all of them: with many taken, only its own address is kept out. */
export function limitPlaces(server: Server, { most, mostOfOne, onFull }: PlacesOptions): void {
  const byAddress = new Map<string, number>();
  let hasTold = false;
  const tell = (message: string): void => {
    if (!hasTold) onFull(message);
    hasTold = true;
  };
  server.maxConnections = most;
  server.on('drop', () => tell(`all ${most} places are taken: further connections are refused`));
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (byAddress.get(address) ?? 0) + 1;
    byAddress.set(address, count);
    socket.once('close', () => {
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
      if (left < mostOfOne / 2) hasTold = false;
    });
    if (count <= mostOfOne) return;
    socket.destroy();
    tell(`${address} has ${mostOfOne} connections open: further ones of it are refused`);
  });
}
