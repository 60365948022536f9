import {
  isMainThread,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { ProcessPort } from './process-port.ts';
import { WorkerControl } from './worker-control.ts';
import type { WorkerPort } from './worker-port.ts';

/** Port of this worker, which is a thread or a process. */
export function openWorkerPort<Request, Message>(): WorkerPort<Request, Message> {
  if (isMainThread) return new ProcessPort();
  if (parentPort === null) throw new Error('a thread without a port');
  return new ThreadPort(parentPort);
}

class ThreadPort<Request, Message> implements WorkerPort<Request, Message> {
  readonly control = new WorkerControl(workerData as SharedArrayBuffer);
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  post(message: Message): void {
    this.#port.postMessage(message);
  }

  take(): Request | undefined {
    return receiveMessageOnPort(this.#port)?.message as Request | undefined;
  }

  begin(onRequest: (request: Request) => void): void {
    this.#port.once('message', onRequest);
  }

  serve(onRequest: (request: Request) => void): void {
    this.#port.on('message', onRequest);
  }
}
