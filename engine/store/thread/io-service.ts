/* What the I/O thread does for the main thread: one service for each connection, and what there is to say of all. */

import type { MessagePort } from 'node:worker_threads';
import { guarded } from '../../base/guard.ts';
import type { SetAside } from '../inbox/arrival.ts';
import type { IoAnswer, IoRequest } from '../protocol/store-protocol.ts';
import { StoreService } from './store-service.ts';
import { Stores } from './stores.ts';

export function serveIo(port: MessagePort): void {
  const service = new IoService(port);
  const take = (request: IoRequest): unknown => service.take(request);
  const refuse = (error: Error, request: IoRequest): void => service.refuse(error, request);
  port.on('message', guarded('io-request', take, refuse));
}

class IoService {
  readonly #port: MessagePort;
  readonly #stores = new Stores((reader) => this.#setAsideOf(reader));
  readonly #settled = new Map<number, (isKept: boolean) => void>();
  #messages = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  take(request: IoRequest): Promise<void> | undefined {
    switch (request.kind) {
      case 'connect':
        new StoreService(request, this.#stores);
        break;
      case 'keep':
        return this.#keep(request);
      case 'acknowledge':
        this.#stores.acknowledge(request.reader, request.run);
        break;
      case 'refuse':
        this.#stores.refuse(request.reader, request.run, request.reason);
        break;
      case 'set-aside':
        this.#settled.get(request.id)?.(request.isKept);
        this.#settled.delete(request.id);
        break;
      default:
        return this.#close(request);
    }
    return undefined;
  }

  refuse({ message }: Error, request: IoRequest): void {
    this.#answer({ kind: 'failed', id: 'id' in request ? request.id : undefined, message });
  }

  #answer(message: IoAnswer): void {
    this.#port.postMessage(message);
  }

  async #close({ id, reader }: Extract<IoRequest, { kind: 'close' }>): Promise<void> {
    this.#answer({ kind: 'closed', id, counts: await this.#stores.close(reader) });
  }

  async #keep({ id, reader, run }: Extract<IoRequest, { kind: 'keep' }>): Promise<void> {
    this.#answer({ kind: 'kept', id, state: await this.#stores.keep(reader, run) });
  }

  #setAsideOf(reader: string): SetAside {
    return (message) => {
      this.#messages += 1;
      const id = this.#messages;
      this.#answer({ kind: 'poison', id, reader, message });
      return new Promise((resolve) => this.#settled.set(id, resolve));
    };
  }
}
