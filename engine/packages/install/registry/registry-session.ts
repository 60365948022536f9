/*
 * Requests to one repository of a registry (OCI distribution specification 1.1), with whatever it asks for to let us
 * in: nothing, a password, or a token that another address gives for one.
 */

import { fieldsOf } from '../../../base/json-fields.ts';
import { type HttpAnswer, type HttpRequest, request } from '../http-client.ts';
import { isLoopback, type RegistryReference } from '../reference.ts';
import { isSameSite } from '../same-site.ts';
import { type Credentials, findCredentials } from './docker-credentials.ts';

/** Access to the repository. */
export type Access = 'pull' | 'pull,push';

/** The path after `/v2/REPOSITORY/`, or a whole address that the registry gave. */
export type RegistryRequest = Omit<HttpRequest, 'url' | 'headers'> & {
  readonly path: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
};

const TOKEN_SIZE_MAX = 1 << 20;
const UNAUTHORIZED = 401;
const CLIENT_ID = 'tiercel';
/** Hosts of other sites that passwords of registries may be sent to, with commas between. */
const TOKEN_HOSTS = 'TIERCEL_TOKEN_HOSTS';

export class RegistrySession {
  readonly #base: URL;
  readonly #registry: string;
  readonly #repository: string;
  readonly #access: Access;
  #authorization: string | undefined;

  constructor({ registry, repository }: RegistryReference, access: Access) {
    const [host, path] = addressOf(registry, repository);
    const scheme = isLoopback(new URL(`http://${host}`).hostname) ? 'http' : 'https';
    this.#base = new URL(`${scheme}://${host}/v2/${path}/`);
    this.#registry = registry;
    this.#repository = path;
    this.#access = access;
  }

  /** Whose tags and blobs they are. */
  get host(): string {
    return this.#base.host;
  }

  /** Any answer but a refused login; a text says why there is none. */
  async ask(wanted: RegistryRequest): Promise<HttpAnswer | string> {
    const first = await this.#send(wanted);
    if (typeof first === 'string' || first.status !== UNAUTHORIZED) return first;
    const refused = await this.#authorize(first.headers.get('www-authenticate') ?? '');
    if (refused !== undefined) return refused;
    const second = await this.#send(wanted);
    if (typeof second === 'string' || second.status !== UNAUTHORIZED) return second;
    return `${this.host} does not let us in to ${this.#repository} (status 401)`;
  }

  #send({ path, headers = {}, ...rest }: RegistryRequest): Promise<HttpAnswer | string> {
    const url = path instanceof URL ? path : new URL(path, this.#base);
    // What lets us in is for the registry alone.
    const isOurs = url.origin === this.#base.origin;
    const authorization = isOurs ? this.#authorization : undefined;
    return request({
      ...rest,
      url,
      headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    });
  }

  /** Where the registry says that something is, which has to be at the registry. */
  locationOf(answer: HttpAnswer): URL | string {
    const location = answer.headers.get('location');
    return location === null
      ? `${this.host} does not say where to send it`
      : this.resolve(location);
  }

  /** An address that the registry gave, if it is one of its own. */
  resolve(address: string): URL | string {
    if (!URL.canParse(address, this.#base.href)) return `${this.host} gives no address: ${address}`;
    const url = new URL(address, this.#base);
    return url.origin === this.#base.origin
      ? url
      : `${this.host} sends us to ${url.origin}, which is not followed`;
  }

  async #authorize(challenge: string): Promise<string | undefined> {
    const credentials = findCredentials(this.#registry);
    if (typeof credentials === 'string') return credentials;
    const parameters = parseChallenge(challenge);
    if (/^basic\b/i.test(challenge)) {
      if (credentials === undefined) return this.#needsLogin();
      this.#authorization = basicOf(credentials);
      return undefined;
    }
    const realm = parameters.get('realm');
    if (!/^bearer\b/i.test(challenge) || realm === undefined || !URL.canParse(realm))
      return `${this.host} asks for a login of an unknown kind: ${challenge.slice(0, 100)}`;
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !(isLoopback(url.hostname) && this.#base.protocol === 'http:'))
      return `${this.host} sends us for a token to ${url.origin}, which is not encrypted`;
    if (credentials !== undefined && !this.#mayHavePassword(url))
      return (
        `${this.host} wants its password sent to ${url.host}, which is of another site; ` +
        `${TOKEN_HOSTS}=${url.host} allows it`
      );
    const token = await this.#fetchToken(url, parameters.get('service'), credentials);
    if (typeof token !== 'string') return token.problem;
    this.#authorization = `Bearer ${token}`;
    return undefined;
  }

  /** Whether a host may get the password: it belongs to the registry's site, or the operator has named it. */
  #mayHavePassword(url: URL): boolean {
    const named = (process.env[TOKEN_HOSTS] ?? '').split(',').map((one) => one.trim());
    return isSameSite(this.#base, url) || named.includes(url.host);
  }

  async #fetchToken(
    url: URL,
    service: string | undefined,
    credentials: Credentials | undefined,
  ): Promise<string | { problem: string }> {
    const scope = `repository:${this.#repository}:${this.#access}`;
    const answer =
      credentials?.identityToken === undefined
        ? await request({
            url: withParameters(url, { scope, ...(service !== undefined && { service }) }),
            sizeMax: TOKEN_SIZE_MAX,
            ...(credentials && { headers: { authorization: basicOf(credentials) } }),
          })
        : await request({
            url,
            method: 'POST',
            sizeMax: TOKEN_SIZE_MAX,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: Buffer.from(
              new URLSearchParams({
                grant_type: 'refresh_token',
                refresh_token: credentials.identityToken,
                client_id: CLIENT_ID,
                scope,
                ...(service !== undefined && { service }),
              }).toString(),
            ),
          });
    if (typeof answer === 'string') return { problem: answer };
    if (answer.status === UNAUTHORIZED || answer.status === 403)
      return {
        problem:
          credentials === undefined
            ? this.#needsLogin()
            : `${url.host} does not know us (status ${answer.status})`,
      };
    if (answer.status !== 200) return { problem: `${url.host}: status ${answer.status}` };
    const { token, access_token: accessToken } = fieldsOf(parseJson(answer.bytes));
    const found = token ?? accessToken;
    return typeof found === 'string' && found !== ''
      ? found
      : { problem: `${url.host} gives no token` };
  }

  #needsLogin(): string {
    return `${this.host} asks for a login, and none is known: \`docker login ${this.#registry}\``;
  }
}

/** Docker’s registry has a name and an address, and a folder for what has no other. */
function addressOf(registry: string, repository: string): [host: string, path: string] {
  if (registry !== 'docker.io') return [registry, repository];
  const path = repository.includes('/') ? repository : `library/${repository}`;
  return ['registry-1.docker.io', path];
}

function basicOf({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** `Bearer realm="…",service="…"` (RFC 9110, 11.6.1). */
function parseChallenge(challenge: string): ReadonlyMap<string, string> {
  const parameters = challenge.matchAll(/([a-z_]+)=(?:"([^"]*)"|([^\s,"]+))/gi);
  return new Map(
    [...parameters].map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted ?? plain,
    ]),
  );
}

function withParameters(url: URL, parameters: Readonly<Record<string, string>>): URL {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(parameters)) whole.searchParams.set(name, value);
  return whole;
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
