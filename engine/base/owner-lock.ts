/*
 * A lock on files that one process at a time may write, held for as long as the process lives.
 *
 * Node has no locks of the system. A lock is an empty file beside what is locked, whose name says who its owner is, and
 * a sign of life of that owner:
 * - On Linux a socket without a file (an abstract one), named after a random part of that name. The system closes it
 *   with the process, however that ends. Whoever can connect knows that the owner lives; in the same network namespace,
 *   whoever cannot knows that it does not.
 * - Elsewhere, and between containers and machines that share a volume, the file itself: its owner touches it every
 *   two seconds. One that nobody touches for ten is left behind.
 *
 * Nobody removes a file that another process may still take: each process makes one of its own, with a name that is
 * never used again, and looks at those of the others afterwards. Of two that start at the same moment at least one
 * sees the other, withdraws, and tries again after a random time.
 */

import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SYSTEM_CLOCK } from './clock.ts';
import { systemErrorTextAt } from './system-error.ts';

const NAME_SIZE_MAX = 24;
const HOST_SIZE_MAX = 20;
const TRIES_MAX = 6;
const FOREIGN_TRIES_MAX = 2;
const WITHDRAW_TIME_MIN_MS = 10;
const WITHDRAW_TIME_MAX_MS = 120;
const TOUCH_INTERVAL_MS = 2_000;
const UNTOUCHED_MAX_MS = 10_000;
const LOOK_MS = 200;
/** Two readings of when a process began differ by less. */
const SAME_START_MS = 500;
const FILE_MODE = 0o600;

export interface OwnerLock {
  /** Why the lock is not held: the folder cannot be written. `undefined`: it is held. */
  readonly missing: string | undefined;
  release(): Promise<void>;
}

export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

/** Another process has what was to be locked, or another part of this one. */
export class LockedByOther extends Error {
  readonly owner: LockOwner;

  constructor(owner: LockOwner, { isOurs }: { isOurs: boolean }) {
    const since = new Date(owner.sinceMs).toISOString().replace(/\.\d+Z$/, 'Z');
    super(
      isOurs
        ? 'this process already uses it'
        : `process ${owner.pid} on ${owner.host} uses it since ${since}`,
    );
    this.name = 'LockedByOther';
    this.owner = owner;
  }
}

/** A folder and everything below it. Rejects with `LockedByOther` only. */
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
  try {
    for (let tries = 1; ; tries++) {
      const own = await takePlace(folder, prefix);
      const other = await findOther(folder, prefix, own);
      if (other === undefined) return { missing: undefined, release: own.close };
      await own.close();
      const isOurs = isOfThisProcess(other);
      // To see whether one elsewhere lives takes seconds.
      const triesMax = other.space === networkSpace() ? TRIES_MAX : FOREIGN_TRIES_MAX;
      if (isOurs || tries >= triesMax) throw new LockedByOther(other, { isOurs });
      await pause(randomInt(WITHDRAW_TIME_MIN_MS, WITHDRAW_TIME_MAX_MS));
    }
  } catch (error) {
    if (error instanceof LockedByOther) throw error;
    return { missing: systemErrorTextAt(error), release: async () => {} };
  }
}

/** The file of this process, and its socket. */
interface Place {
  readonly name: string;
  readonly path: string;
  close(): Promise<void>;
}

async function takePlace(folder: string, prefix: string): Promise<Place> {
  const mark: Mark = {
    pid: process.pid,
    sinceMs: startedMs(),
    once: randomBytes(8).toString('hex'),
    space: networkSpace(),
    host: hostOf(),
  };
  const name = `${prefix}-${printMark(mark)}`;
  const path = join(folder, name);
  // It gives signs of life before anybody can see it.
  const server = await listen(mark);
  try {
    const unborn = join(folder, `.new-${mark.once}`);
    await (await open(unborn, 'wx', FILE_MODE)).close();
    await rename(unborn, path);
  } catch (error) {
    await closeServer(server);
    throw error;
  }
  const touch = setInterval(() => {
    const now = new Date(SYSTEM_CLOCK.nowMs());
    utimes(path, now, now).catch(() => {});
  }, TOUCH_INTERVAL_MS);
  touch.unref();
  return {
    name,
    path,
    close: async () => {
      clearInterval(touch);
      await rm(path, { force: true }).catch(() => {});
      await closeServer(server);
    },
  };
}

/** One that is alive; those that are not are removed. */
async function findOther(folder: string, prefix: string, own: Place): Promise<Mark | undefined> {
  for (const name of await readdir(folder)) {
    if (name === own.name || !name.startsWith(`${prefix}-`)) continue;
    const mark = readMark(name.slice(prefix.length + 1));
    if (mark === undefined) continue;
    if (await isAlive(mark, join(folder, name), own.path)) return mark;
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}

async function isAlive(mark: Mark, path: string, own: string): Promise<boolean> {
  const answer = await connectTo(mark);
  if (answer !== undefined) {
    if (answer || mark.space === networkSpace()) return answer;
  } else if (mark.host === hostOf() && !isRunning(mark.pid)) return false;
  return await isTouched(path, own);
}

/** Waits until it is touched, or has not been for long, by the clock of the file system. */
async function isTouched(path: string, own: string): Promise<boolean> {
  try {
    const [theirs, ours] = await Promise.all([stat(path), stat(own)]);
    const ageMs = ours.mtimeMs - theirs.mtimeMs;
    const endMs = SYSTEM_CLOCK.monotonicMs() + UNTOUCHED_MAX_MS - ageMs;
    while (SYSTEM_CLOCK.monotonicMs() < endMs) {
      await pause(LOOK_MS);
      if ((await stat(path)).mtimeMs !== theirs.mtimeMs) return true;
    }
  } catch {
    // Its owner has withdrawn.
  }
  return false;
}

const HAS_SOCKETS = platform() === 'linux';

async function listen({ once }: Mark): Promise<Server | undefined> {
  if (!HAS_SOCKETS) return undefined;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketName(once), resolve);
  });
  server.on('error', () => {});
  server.unref();
  return server;
}

/** Whether the owner accepts connections; `undefined` if the system has no such sockets. */
function connectTo({ once }: Mark): Promise<boolean | undefined> {
  if (!HAS_SOCKETS) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect(socketName(once));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    // A process that finds too many locks before its own has found an owner.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'EAGAIN'));
  });
}

function socketName(once: string): string {
  return `\0tiercel-lock-${once}`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What the name of a lock states. */
interface Mark extends LockOwner {
  /** Never used again. */
  readonly once: string;
  /** Where its socket can be reached: a network namespace of a running system. */
  readonly space: string;
}

/** Numbers of processes are given again, and in every container from 1 on. */
function isOfThisProcess({ pid, sinceMs, space }: Mark): boolean {
  const isSameStart = Math.abs(sinceMs - startedMs()) < SAME_START_MS;
  return pid === process.pid && space === networkSpace() && isSameStart;
}

function startedMs(): number {
  return Math.round(SYSTEM_CLOCK.nowMs() - process.uptime() * 1_000);
}

function printMark({ pid, sinceMs, once, space, host }: Mark): string {
  return [pid, sinceMs.toString(36), once, space, host].join('-');
}

function readMark(text: string): Mark | undefined {
  const match = /^(\d+)-([0-9a-z]+)-([0-9a-f]{16})-([0-9a-f]{8})-(.+)$/.exec(text);
  if (match === null) return undefined;
  const [, pid = '', since = '', once = '', space = '', host = ''] = match;
  return { pid: Number(pid), sinceMs: Number.parseInt(since, 36), once, space, host };
}

function hostOf(): string {
  return (
    hostname()
      .replace(/[^\w.-]/g, '_')
      .slice(0, HOST_SIZE_MAX) || '_'
  );
}

/** A process that sees no such files cannot be sure of any other process that shares its space. */
function networkSpace(): string {
  const parts = [hostname()];
  try {
    parts.push(readlinkSync('/proc/self/ns/net'));
    parts.push(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  } catch {
    // Not Linux, or a service that sees little of /proc.
  }
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function closeServer(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
