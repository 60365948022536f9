/* Answers to senders. */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Most bytes read of a body that is refused, so that its sender gets to read the answer. */
const DRAINED_SIZE_MAX = 1 << 20;

/** A request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** The reason may be ours and may pass: the sender is to send it again. */
export const FAILED: Refusal = { status: 500, reason: 'internal error: send it again later' };

export function accept({ response }: Exchange): void {
  send(response, 200, { status: 'ok' });
}

export function refuse({ request, response }: Exchange, { status, reason, headers }: Refusal) {
  send(response, status, { error: reason }, headers);
  let size = 0;
  request.on('data', (bytes: Buffer) => {
    size += bytes.length;
    if (size > DRAINED_SIZE_MAX) request.socket.destroy();
  });
}

function send(
  response: ServerResponse,
  status: number,
  answer: object,
  headers: OutgoingHttpHeaders = {},
): void {
  // The sender may have left.
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(`${JSON.stringify(answer)}\n`);
  const own = { 'content-type': 'application/json', 'content-length': body.length };
  response.writeHead(status, { ...own, ...headers });
  response.end(body);
}
