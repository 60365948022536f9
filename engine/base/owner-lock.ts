/*
 * A lock on files that one process at a time may write, held for as long as the process lives.
 *
 * Node has no locks of the system, so a lock is a socket that its owner listens on, in a file beside what is locked.
 * The system closes it with the process, however that ends; a file that nobody listens on any more is removed by the
 * next process. Such a socket works through every path that leads to the folder, so also between containers that
 * share a volume.
 *
 * Nobody removes a file that another process may still take: each process makes one of its own, with a name that is
 * never used again, and looks at those of the others afterwards. Of two that start at the same moment at least one
 * sees the other, withdraws, and tries again after a random time.
 *
 * A lock of another machine (a network file system) cannot be asked. Its owner touches it every few seconds; it counts
 * until it is left alone for `FOREIGN_AGE_MAX_MS`.
 */

import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SYSTEM_CLOCK } from './clock.ts';

/** The system's limit for the path of a socket is 104 bytes or more. */
const SOCKET_PATH_SIZE_MAX = 100;
const NAME_SIZE_MAX = 24;
const HOST_SIZE_MAX = 20;
const TRIES_MAX = 6;
const WITHDRAW_TIME_MIN_MS = 10;
const WITHDRAW_TIME_MAX_MS = 120;
const TOUCH_INTERVAL_MS = 5_000;
const FOREIGN_AGE_MAX_MS = 30_000;

export interface OwnerLock {
  /** Why there is none: the file system has no sockets, the folder cannot be written. `undefined`: it is held. */
  readonly missing: string | undefined;
  release(): Promise<void>;
}

export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Of the running system: containers on one machine have the same. */
  readonly kernel: string;
}

/** Another process has what was to be locked, or another part of this one. */
export class LockedByOther extends Error {
  readonly owner: LockOwner;

  constructor(owner: LockOwner) {
    const since = new Date(owner.sinceMs).toISOString().replace(/\.\d+Z$/, 'Z');
    const who =
      owner.pid === process.pid && owner.kernel === kernelId()
        ? 'this process already uses it'
        : `process ${owner.pid} on ${owner.host} uses it since ${since}`;
    super(who);
    this.name = 'LockedByOther';
    this.owner = owner;
  }
}

/** A folder and what is below it. Rejects with `LockedByOther`, and never otherwise. */
export function lockFolder(folder: string): Promise<OwnerLock> {
  return acquire(folder, '.lock');
}

/** One file. As `lockFolder`. */
export async function lockFile(path: string): Promise<OwnerLock> {
  const real = await realpath(path).catch(() => path);
  const name = basename(real);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const isShort = Buffer.byteLength(name) <= NAME_SIZE_MAX;
  return await acquire(dirname(real), isShort ? `.${name}.lock` : `.${digest}.lock`);
}

async function acquire(folder: string, prefix: string): Promise<OwnerLock> {
  const place = new SocketFolder(folder);
  try {
    for (let tries = 1; ; tries++) {
      const own = await takePlace(place, folder, prefix);
      const other = await findOther(place, folder, prefix, own);
      if (other === undefined) return hold(own);
      await own.close();
      if (tries === TRIES_MAX || other.pid === process.pid) throw new LockedByOther(other);
      const waitMs = randomInt(WITHDRAW_TIME_MIN_MS, WITHDRAW_TIME_MAX_MS);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  } catch (error) {
    if (error instanceof LockedByOther) throw error;
    return { missing: (error as Error).message, release: async () => {} };
  } finally {
    place.forget();
  }
}

/** The file of this process, and the socket behind it. */
interface Place {
  readonly name: string;
  readonly path: string;
  close(): Promise<void>;
}

async function takePlace(place: SocketFolder, folder: string, prefix: string): Promise<Place> {
  const name = `${prefix}-${printOwner()}`;
  // Under its name it is listened on from the beginning: nobody takes it for one that was left behind.
  const unborn = `.new-${randomBytes(6).toString('hex')}`;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.pathOf(unborn), resolve);
  });
  server.on('error', () => {});
  server.unref();
  const path = join(folder, name);
  try {
    await rename(join(folder, unborn), path);
  } catch (error) {
    await closeServer(server);
    throw error;
  }
  return {
    name,
    path,
    close: async () => {
      await rm(path, { force: true }).catch(() => {});
      await closeServer(server);
    },
  };
}

/** One that is alive; those that are not are removed. */
async function findOther(
  place: SocketFolder,
  folder: string,
  prefix: string,
  own: Place,
): Promise<LockOwner | undefined> {
  for (const name of await readdir(folder)) {
    if (name === own.name || !name.startsWith(`${prefix}-`)) continue;
    const owner = readOwner(name.slice(prefix.length + 1));
    if (owner === undefined) continue;
    const isForeign = owner.kernel !== kernelId() && owner.host !== hostOf();
    if (await isListenedOn(place.pathOf(name))) return owner;
    if (isForeign && (await isTouched(join(folder, name), own.path))) return owner;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

function hold(own: Place): OwnerLock {
  const touch = setInterval(() => {
    const now = new Date(SYSTEM_CLOCK.nowMs());
    utimes(own.path, now, now).catch(() => {});
  }, TOUCH_INTERVAL_MS);
  touch.unref();
  return {
    missing: undefined,
    release: async () => {
      clearInterval(touch);
      await own.close();
    },
  };
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (isAlive: boolean): void => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.once('connect', () => end(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      // Whoever may not connect, or finds too many before him, has found somebody.
      end(!['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code ?? ''));
    });
  });
}

/** By the clock of the file system, which made our own just now. */
async function isTouched(path: string, own: string): Promise<boolean> {
  try {
    const [theirs, ours] = await Promise.all([stat(path), stat(own)]);
    return ours.mtimeMs - theirs.mtimeMs < FOREIGN_AGE_MAX_MS;
  } catch {
    return false;
  }
}

/** Leads to a folder through a path that is short enough for sockets. */
class SocketFolder {
  readonly #folder: string;
  #linkFolder: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(name: string): string {
    const path = join(this.#folder, name);
    if (Buffer.byteLength(path) <= SOCKET_PATH_SIZE_MAX) return path;
    if (this.#linkFolder === undefined) {
      this.#linkFolder = mkdtempSync(join(tmpdir(), 'tl-'));
      symlinkSync(this.#folder, join(this.#linkFolder, 'f'));
    }
    return join(this.#linkFolder, 'f', name);
  }

  forget(): void {
    if (this.#linkFolder !== undefined) rmSync(this.#linkFolder, { recursive: true, force: true });
  }
}

function printOwner(): string {
  const sinceMs = Math.round(SYSTEM_CLOCK.nowMs() - process.uptime() * 1_000);
  const once = randomBytes(4).toString('hex');
  return [process.pid, sinceMs.toString(36), once, kernelId(), hostOf()].join('-');
}

function readOwner(text: string): LockOwner | undefined {
  const match = /^(\d+)-([0-9a-z]+)-[0-9a-f]{8}-([0-9a-f]{8})-(.+)$/.exec(text);
  if (match === null) return undefined;
  const [, pid = '', since = '', kernel = '', host = ''] = match;
  return { pid: Number(pid), host, sinceMs: Number.parseInt(since, 36), kernel };
}

function hostOf(): string {
  return (
    hostname()
      .replace(/[^\w.-]/g, '_')
      .slice(0, HOST_SIZE_MAX) || '_'
  );
}

/** Where a process cannot see which start of the system this is, the name of the host stands for it. */
function kernelId(): string {
  let text = hostname();
  try {
    text = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  } catch {
    // Not Linux.
  }
  return createHash('sha256').update(text.trim()).digest('hex').slice(0, 8);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
