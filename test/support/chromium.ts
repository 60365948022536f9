/* A headless Chromium, over its debugging pipe: messages of JSON with a zero byte behind each. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** `undefined`: there is none on this machine. */
export function findChromium(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).status === 0);
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Chromium {
  /** What the page's console and its exceptions said. */
  readonly said: string[] = [];
  readonly #profile = mkdtempSync(join(tmpdir(), 'tiercel-chromium-'));
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;
  #session: string | undefined;

  constructor(program: string) {
    const args = [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      ...['--no-first-run', '--disable-background-networking', `--user-data-dir=${this.#profile}`],
      ...['--remote-debugging-pipe', 'about:blank'],
    ];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    // With a group of its own: it starts others, which write to its profile.
    this.#child = spawn(program, args, { stdio: [...stdio], detached: true });
    let rest = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
  }

  /** `width`, `height`: of the window, in pixels. */
  async open(url: string, { width = 1200, height = 800, isDark = false } = {}): Promise<void> {
    if (this.#session === undefined) {
      const target = (await this.#send('Target.createTarget', { url: 'about:blank' })) as {
        targetId: string;
      };
      const attached = (await this.#send('Target.attachToTarget', {
        ...target,
        flatten: true,
      })) as {
        sessionId: string;
      };
      this.#session = attached.sessionId;
      await this.#send('Runtime.enable');
      await this.#send('Log.enable');
    }
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.#send('Emulation.setDeviceMetricsOverride', metrics);
    const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }];
    await this.#send('Emulation.setEmulatedMedia', { features });
    await this.#send('Page.navigate', { url });
  }

  /** What an expression is there; promises are waited for. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = (await this.#send('Runtime.evaluate', options)) as {
      result: { value: Value };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? 'the page has thrown');
    return result.value;
  }

  /** Until the expression is true there. */
  async until(expression: string): Promise<void> {
    for (let looks = 0; looks < 500; looks++) {
      if (await this.evaluate<boolean>(`Boolean(${expression})`).catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`never true: ${expression}; said: ${this.said.join('; ')}`);
  }

  /** A key, as a person presses it. */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text });
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  }

  /** PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = (await this.#send('Page.captureScreenshot')) as { data: string };
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20 });
  }

  #send(method: string, params: object = {}): Promise<unknown> {
    const id = this.#nextId++;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const pipe = this.#child.stdio[3] as Writable;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      pipe.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    } else if (
      /^(Runtime\.(exceptionThrown|consoleAPICalled)|Log\.entryAdded)$/.test(answer.method ?? '')
    ) {
      this.said.push(JSON.stringify(answer.params));
    }
  }
}
