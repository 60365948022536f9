/*
 * A webhook as an inbox: each request is a message. Its sender is answered when the events are with the outputs; with
 * more on the way than there is room for, senders are asked to come again.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Inbox, InboxMessage } from '../inbox/arrival.ts';
import { findSecret, type WebhookAccess } from '../location/webhook-access.ts';
import type { WebhookLocation } from '../location/webhook-location.ts';
import type { ReportOddity } from '../object-store.ts';
import type { ServiceCounts } from '../service-counts.ts';
import { type Exchange, FAILED, type Refusal, refuse } from './answer.ts';
import { type OpenRequest, OpenRequests } from './open-requests.ts';
import { readBody } from './request-body.ts';
import { createSenderCheck, type SenderCheck } from './sender-check.ts';
import type { WebhookServers } from './webhook-servers.ts';

const AHEAD_MAX = 64;
const SECRET_HEADERS = /^(?:(?:proxy-)?authorization|cookie)$/;
/** What the first bytes of a body tell anyway. */
const ENCODINGS = /^(?:identity|(?:x-)?gzip|zstd)?$/i;

const BUSY: Refusal = {
  status: 429,
  reason: 'too many requests: send it again later',
  headers: { 'retry-after': '1' },
};
const CLOSING: Refusal = {
  status: 503,
  reason: 'Tiercel is stopping: send it again later',
  headers: { 'retry-after': '10' },
};

export interface WebhookInboxOptions {
  /** For people. */
  readonly name: string;
  readonly location: WebhookLocation;
  readonly access: WebhookAccess;
  readonly counts: ServiceCounts;
  readonly servers: WebhookServers;
}

export class WebhookInbox implements Inbox<InboxMessage> {
  readonly name: string;
  readonly aheadMax = AHEAD_MAX;
  readonly #options: WebhookInboxOptions;
  readonly #open: OpenRequests;
  #sender: SenderCheck | undefined;
  #report: ReportOddity = () => {};
  /** Statuses that were reported as refusals. */
  readonly #told = new Set<number>();
  #requests = 0;
  #messages: InboxMessage[] = [];
  #isClosed = false;
  #onMessage: () => void = () => {};

  constructor(options: WebhookInboxOptions) {
    this.#options = options;
    this.name = options.name;
    this.#open = new OpenRequests(options.access.bodySizeMax, options.counts);
  }

  async open(report: ReportOddity): Promise<void> {
    this.#report = report;
    const { location, access, servers } = this.#options;
    this.#sender = await createSenderCheck(findSecret(access, location.path));
    await servers.add(location, access, {
      take: (exchange, isAsking) => this.#take(exchange, isAsking),
      onFull: (message) => this.#report('warning', this.name, message),
    });
  }

  async receive(): Promise<readonly InboxMessage[]> {
    if (this.#messages.length === 0 && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#onMessage = resolve;
      });
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onMessage();
    this.#open.refuseAll(CLOSING);
    await this.#options.servers.remove(this.#options.location);
  }

  /** `isAsking`: the sender waits for leave to send the body. */
  async #take(exchange: Exchange, isAsking: boolean): Promise<void> {
    const { response } = exchange;
    const unwanted = this.#refusalOfHead(exchange);
    if (unwanted !== undefined) {
      this.#tell(exchange, unwanted);
      this.#options.counts.refused += 1;
      refuse(exchange, unwanted);
      return;
    }
    if (isAsking) response.writeContinue();
    const open = this.#open.add(exchange);
    try {
      await this.#takeBody(exchange, open);
    } catch (error) {
      // Its place is free again, whatever went wrong.
      open.refuse(FAILED);
      throw error;
    }
  }

  async #takeBody(exchange: Exchange, open: OpenRequest): Promise<void> {
    const { bodySizeMax } = this.#options.access;
    let left = bodySizeMax;
    const body = await readBody(exchange.request, (size) => {
      left -= size;
      open.grow(size);
      if (left < 0) return tooLarge(bodySizeMax);
      return this.#open.isFull ? BUSY : undefined;
    });
    // A sender that has left gets no answer.
    if (body === undefined) open.refuse(CLOSING);
    else this.#arrive(exchange, open, body);
  }

  #arrive(exchange: Exchange, open: OpenRequest, body: Buffer | Refusal): void {
    const refusal = Buffer.isBuffer(body) ? this.#refusalOfBody(exchange, body) : body;
    if (!Buffer.isBuffer(body) || refusal !== undefined) {
      if (refusal === undefined) return;
      this.#tell(exchange, refusal);
      open.refuse(refusal);
      return;
    }
    this.#requests += 1;
    this.#messages.push({
      id: `${this.#requests}`,
      name: `request ${this.#requests} to ${this.name}`,
      body,
      attributes: [
        ...attributesOf(exchange.request.headers),
        ['SentTimestamp', `${SYSTEM_CLOCK.nowMs()}`],
      ],
      done: () => open.accept(),
      fail: ({ reason }) => open.refuse({ status: 400, reason }),
      refuse: (reason) => open.refuse({ status: 400, reason: `nothing can be read: ${reason}` }),
    });
    this.#onMessage();
  }

  #refusalOfHead({ request }: Exchange): Refusal | undefined {
    const { method, headers } = request;
    const { bodySizeMax } = this.#options.access;
    if (this.#isClosed) return CLOSING;
    if (method !== 'POST') return { status: 405, reason: 'use POST', headers: { allow: 'POST' } };
    const stranger = this.#sender?.ofHead(headers);
    if (stranger !== undefined) return unauthorized(stranger);
    if (!ENCODINGS.test(headers['content-encoding'] ?? ''))
      return { status: 415, reason: 'the body must be plain, gzip or zstd' };
    if (Number(headers['content-length'] ?? 0) > bodySizeMax) return tooLarge(bodySizeMax);
    return this.#open.isFull ? BUSY : undefined;
  }

  #refusalOfBody({ request }: Exchange, body: Buffer): Refusal | undefined {
    if (this.#isClosed) return CLOSING;
    const forgery = this.#sender?.ofBody(request.headers, body);
    return forgery === undefined ? undefined : unauthorized(forgery);
  }

  /** The sender knows it; the operator is informed once for each kind. */
  #tell({ request }: Exchange, { status, reason }: Refusal): void {
    if (this.#told.has(status) || status === CLOSING.status) return;
    this.#told.add(status);
    const sender = request.socket.remoteAddress ?? 'an unknown address';
    const message = `a request from ${sender} was refused with ${status}: ${reason}; further ones are not reported`;
    this.#report('warning', this.name, message);
  }
}

/** Headers without credentials. */
function attributesOf(headers: IncomingHttpHeaders): (readonly [name: string, value: string])[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || SECRET_HEADERS.test(name) ? [] : [[name, [value].flat().join(', ')]],
  );
}

function unauthorized(reason: string): Refusal {
  return { status: 401, reason, headers: { 'www-authenticate': 'Bearer' } };
}

function tooLarge(sizeMax: number): Refusal {
  return { status: 413, reason: `the body is larger than ${sizeMax} bytes` };
}
