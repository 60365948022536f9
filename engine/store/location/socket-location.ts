/* A socket of this machine that senders connect to, `unix:PATH`. */

import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type InvalidLocation,
  invalid,
  type LocationFinding,
  type LocationKind,
  measureNothing,
  type Place,
  unreadable,
} from './location-kind.ts';

export interface SocketLocation extends Place<'socket'> {
  /** Absolute. */
  readonly path: string;
}

export const SOCKET: LocationKind<SocketLocation> = {
  supply: 'live',
  pattern: /^unix:/,
  parse: parseSocket,
  check: checkSocket,
  measure: measureNothing,
};

const HINT = 'a socket is unix: and a path, as unix:/run/tiercel/events.sock';

/** The system has no room for a longer one, in bytes. */
const PATH_SIZE_MAX = 107;

function parseSocket(text: string, folder: string): SocketLocation | InvalidLocation {
  const written = text.replace(/^unix:(?:\/\/)?/, '');
  if (written === '') return invalid(text, 'no path was given', HINT);
  const path = resolve(folder, written);
  return { kind: 'socket', text: `unix:${path}`, path };
}

function checkSocket({ path }: SocketLocation): LocationFinding[] {
  if (Buffer.byteLength(path) > PATH_SIZE_MAX)
    return [unreadable(`the path of a socket has at most ${PATH_SIZE_MAX} bytes`, HINT)];
  if (!existsSync(dirname(path))) return [unreadable(`${dirname(path)} does not exist`, HINT)];
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined || found.isSocket()
    ? []
    : [unreadable('it exists and is not a socket', HINT)];
}
