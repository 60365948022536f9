import type { WorkerControl } from './worker-control.ts';

/** The end of a worker that the worker itself holds: what it is asked, and what it says. */
export interface WorkerPort<Request, Message> {
  readonly control: WorkerControl;
  post(message: Message): void;
  /** What has come; `undefined`: nothing more for now. */
  take(): Request | undefined;
  /** Calls `onRequest` with the first request; what follows is to be taken. */
  begin(onRequest: (request: Request) => void): void;
  /** Calls `onRequest` with one request after the other. */
  serve(onRequest: (request: Request) => void): void;
}
