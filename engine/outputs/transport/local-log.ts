/*
 * The syslog daemon of this machine. Its socket takes datagrams nearly everywhere, which Node cannot send to a path:
 * then journald's own stream is used where there is one, and else `logger`, which is where syslog is.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

export interface LocalLog {
  /** Messages that begin with `<` and their priority value. Resolves when the system has them. */
  write(messages: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Socket of sd_journal_stream_fd(3). */
const JOURNAL_STREAM = '/run/systemd/journal/stdout';

/** Rejects with the system's error if there is no log. */
export async function openLocalLog(path: string, appName: string): Promise<LocalLog> {
  try {
    return new SocketLog(await connectTo(path), (message) => `${message}\0`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPROTOTYPE') throw error;
  }
  if (path === DEFAULT_PATH && existsSync(JOURNAL_STREAM)) {
    const socket = await connectTo(JOURNAL_STREAM);
    // Name, unit, priority without a prefix, prefixes are read, passed on to syslog, to the kernel, to a terminal.
    socket.write(`${appName}\n\n6\n1\n1\n0\n0\n`);
    return new SocketLog(socket, (message) => `${withoutFacility(message)}\n`);
  }
  return new LoggerLog(path, appName);
}

export const DEFAULT_PATH = '/dev/log';

class SocketLog implements LocalLog {
  readonly #socket: Socket;
  readonly #frame: (message: string) => string;
  #error: Error | undefined;

  constructor(socket: Socket, frame: (message: string) => string) {
    this.#socket = socket;
    this.#frame = frame;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#error ??= new Error('the daemon closed its socket');
    });
    socket.resume();
  }

  write(messages: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) {
        reject(this.#error);
        return;
      }
      this.#socket.write(messages.map(this.#frame).join(''), (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => this.#socket.end(resolve));
    this.#socket.destroy();
  }
}

/** One process for each delivery: its exit code says whether the daemon took everything. */
class LoggerLog implements LocalLog {
  readonly #args: readonly string[];

  constructor(path: string, appName: string) {
    const errors = '--socket-errors=on';
    this.#args = ['--prio-prefix', '--tag', appName, '--socket', path, errors, '--size', '64KiB'];
  }

  write(messages: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn('logger', this.#args, {
        stdio: ['pipe', 'ignore', 'pipe'],
        // Ctrl-C is for us.
        detached: true,
      });
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = text.trim();
      });
      child.stdin?.on('error', () => {});
      child.on('error', (error: NodeJS.ErrnoException) => {
        const isMissing = error.code === 'ENOENT';
        reject(isMissing ? new Error('datagrams need `logger`, which is not here') : error);
      });
      child.on('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(said === '' ? `logger ended with code ${code}` : said));
      });
      child.stdin?.end(`${messages.join('\n')}\n`);
    });
  }

  async close(): Promise<void> {}
}

/** The journal's prefixes are severities alone. */
function withoutFacility(message: string): string {
  return message.replace(/^<(\d+)>/, (_, value: string) => `<${Number(value) & 7}>`);
}

function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
