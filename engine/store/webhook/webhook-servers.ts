/* Servers that webhooks share: one for each address, with a path for each stream. */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { limitPlaces } from '../../base/connection-places.ts';
import { guarded } from '../../base/guard.ts';
import type { WebhookAccess } from '../location/webhook-access.ts';
import type { WebhookLocation } from '../location/webhook-location.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import { type Exchange, FAILED, refuse } from './answer.ts';

const CONNECTIONS_MAX = 1_024;
/** Load balancers send all there is from a few addresses. */
const CONNECTIONS_OF_ONE_MAX = 512;
const HEADERS_TIME_MAX_MS = 5_000;
const REQUEST_TIME_MAX_MS = 60_000;
/** What has had its time is found so soon. */
const SERVER_OPTIONS = { connectionsCheckingInterval: 1_000 };
/** Longer than load balancers keep an unused connection. */
const KEEP_ALIVE_MS = 65_000;

/** `isAsking`: the sender waits for leave to send the body. */
export type TakeRequest = (exchange: Exchange, isAsking: boolean) => Promise<void>;

export interface WebhookListener {
  readonly take: TakeRequest;
  /** Connections were turned away. */
  readonly onFull: (message: string) => void;
}

interface Shared {
  readonly paths: Map<string, TakeRequest>;
  readonly server: Promise<Server>;
}

export class WebhookServers {
  readonly #servers = new Map<string, Shared>();

  /** Starts to take requests to the path. Rejects with `StoreError` if the address cannot be used. */
  async add(
    location: WebhookLocation,
    access: WebhookAccess,
    { take, onFull }: WebhookListener,
  ): Promise<void> {
    const address = addressOf(location);
    const paths = new Map<string, TakeRequest>();
    const shared = this.#servers.get(address) ?? {
      paths,
      server: listen(location, access, { paths, onFull }),
    };
    this.#servers.set(address, shared);
    if (shared.paths.has(location.path))
      throw new StoreError('invalid-argument', 'another stream listens there');
    shared.paths.set(location.path, take);
    try {
      await shared.server;
    } catch (error) {
      this.#servers.delete(address);
      throw error;
    }
  }

  async remove(location: WebhookLocation): Promise<void> {
    const address = addressOf(location);
    const shared = this.#servers.get(address);
    shared?.paths.delete(location.path);
    if (shared === undefined || shared.paths.size > 0) return;
    this.#servers.delete(address);
    const server = await shared.server;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await closed;
  }
}

function addressOf({ isSecure, host, port }: WebhookLocation): string {
  return `${isSecure ? 'https' : 'http'}://${host ?? ''}:${port}`;
}

async function listen(
  location: WebhookLocation,
  access: WebhookAccess,
  {
    paths,
    onFull,
  }: Pick<WebhookListener, 'onFull'> & { readonly paths: ReadonlyMap<string, TakeRequest> },
): Promise<Server> {
  const server = location.isSecure ? await createSecure(access) : createServer(SERVER_OPTIONS);
  limitPlaces(server, { most: CONNECTIONS_MAX, mostOfOne: CONNECTIONS_OF_ONE_MAX, onFull });
  server.headersTimeout = HEADERS_TIME_MAX_MS;
  server.requestTimeout = REQUEST_TIME_MAX_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const take = async (
    request: IncomingMessage,
    response: ServerResponse,
    isAsking: boolean,
  ): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?');
    const taker = paths.get(path);
    const exchange = { request, response };
    if (taker === undefined) refuse(exchange, { status: 404, reason: 'unknown path' });
    else await taker(exchange, isAsking);
  };
  const listener = guarded('webhook-request', take, (_, request, response) => {
    refuse({ request, response }, FAILED);
  });
  server.on('request', (request, response) => listener(request, response, false));
  server.on('checkContinue', (request, response) => listener(request, response, true));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toListenError(error, location)));
    server.listen({ host: location.host, port: location.port }, resolve);
  });
  // What happens to a connection later is between it and its sender.
  server.on('error', () => {});
  return server;
}

async function createSecure(access: WebhookAccess): Promise<Server> {
  const { certificateFile = '', keyFile = certificateFile } = access;
  const [cert, key] = await Promise.all([readPem(certificateFile), readPem(keyFile)]);
  try {
    return createSecureServer({ ...SERVER_OPTIONS, cert, key });
  } catch (error) {
    const files = keyFile === certificateFile ? keyFile : `${certificateFile} and ${keyFile}`;
    const why = (error as Error).message;
    throw new StoreError('invalid-argument', `no certificate and its key in ${files}: ${why}`);
  }
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = toStoreError(error);
    throw new StoreError(code, `${path} ${message}`);
  }
}

function toListenError(error: Error, { host, port }: WebhookLocation): StoreError {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StoreError('io', `another process listens at port ${port}`);
    case 'EACCES':
      return new StoreError('denied', `port ${port} is not allowed to this user`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StoreError('invalid-argument', `${host} is no address of this machine`);
    default:
      return new StoreError('io', error.message);
  }
}
