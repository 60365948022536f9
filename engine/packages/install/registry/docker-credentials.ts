/*
 * Credentials for a registry: from Docker’s configuration, where `docker login` (and podman, oras, helm) stores them,
 * or from the helper that it names. A registry that the configuration does not name gets no credentials.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fieldsOf } from '../../../base/json-fields.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** A token that stands for both, where the registry gave one. */
  readonly identityToken: string | undefined;
}

const HELPER_TIME_MS = 30_000;
/** Names of programs; never a path. */
const HELPER = /^[A-Za-z0-9._-]+$/;
/** Docker’s own name for its registry. */
const DOCKER_HUB = 'https://index.docker.io/v1/';
/** A helper answers with this in place of a user when what follows is an identity token. */
const TOKEN_USER = '<token>';

/** `undefined`: no credentials; a text says what is wrong. */
export function findCredentials(registry: string): Credentials | string | undefined {
  const path = configPath();
  let text: string;
  try {
    text = readFileSync(path ?? '', 'utf8');
  } catch {
    return undefined;
  }
  const config = parseJson(text);
  if (config === undefined) return `${path} is no JSON`;
  const { auths, credHelpers, credsStore } = fieldsOf(config);
  const names = namesOf(registry);
  const helpers = fieldsOf(credHelpers);
  for (const name of names) {
    const helper = helpers[name] ?? credsStore;
    const found = typeof helper === 'string' ? askHelper(helper, name) : undefined;
    if (found !== undefined) return found;
    const written = readAuth(fieldsOf(auths)[name]);
    if (written !== undefined) return written;
  }
  return undefined;
}

function configPath(): string | undefined {
  const folder = process.env.DOCKER_CONFIG;
  if (folder !== undefined && folder !== '') return join(folder, 'config.json');
  try {
    return join(homedir(), '.docker', 'config.json');
  } catch {
    return undefined;
  }
}

function namesOf(registry: string): string[] {
  const isHub = registry === 'docker.io' || registry === 'registry-1.docker.io';
  return [registry, `https://${registry}`, ...(isHub ? [DOCKER_HUB] : [])];
}

function readAuth(entry: unknown): Credentials | undefined {
  const { auth, identitytoken, username, password } = fieldsOf(entry);
  const identityToken = typeof identitytoken === 'string' ? identitytoken : undefined;
  if (typeof auth === 'string' && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 0) return undefined;
    return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1), identityToken };
  }
  if (typeof username === 'string' && typeof password === 'string')
    return { user: username, password, identityToken };
  return identityToken === undefined ? undefined : { user: '', password: '', identityToken };
}

/** Docker’s protocol of helpers: the name of the registry in, JSON out. */
function askHelper(helper: string, name: string): Credentials | string | undefined {
  if (!HELPER.test(helper)) return `\`${helper}\` is no name of a credential helper`;
  const program = `docker-credential-${helper}`;
  const { status, stdout, error } = spawnSync(program, ['get'], {
    input: name,
    encoding: 'utf8',
    timeout: HELPER_TIME_MS,
  });
  if (error !== undefined) return `${program} cannot be asked: ${error.message}`;
  // It has nothing for this registry.
  if (status !== 0) return undefined;
  const { Username: user, Secret: secret } = fieldsOf(parseJson(stdout));
  if (typeof user !== 'string' || typeof secret !== 'string')
    return `${program} answers with something else than a user and a secret`;
  return user === TOKEN_USER
    ? { user: '', password: '', identityToken: secret }
    : { user, password: secret, identityToken: undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
