/* Alerts as the bodies of POST requests: one each, as falcosidekick reads them, or several. */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Alert } from '../../detect/alert/alert.ts';
import { type LineEnvelope, wrapLines } from './line-envelope.ts';
import type { Output } from './output.ts';
import { awayFault, OutputFault } from './output-fault.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

export interface HttpOutputOptions {
  readonly url: string;
  readonly userAgent: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly envelope: LineEnvelope;
  readonly isCompressed: boolean;
  /** The connection is used again. */
  readonly keepsOpen: boolean;
  /** Milliseconds without an answer. */
  readonly timeoutMs: number;
  readonly tls: TlsFiles;
  /** What the receiver answers with, where people asked for it. */
  readonly echo?: ((text: string) => void) | undefined;
}

/** Largest part of an answer that is read or shown, in bytes. */
const ANSWER_SIZE_MAX = 64 << 10;
const REASON_SIZE_MAX = 200;
/** About the place or the moment, not about the alert: the next one has the same, until somebody does something. */
const ABOUT_THE_PLACE = new Set([401, 402, 403, 404, 405, 407, 408, 421, 425, 429]);

const compress = promisify(gzip);

export class HttpOutput implements Output {
  readonly name: string;
  readonly #options: HttpOutputOptions;
  readonly #url: URL;
  #agent: HttpAgent | undefined;
  /** Requests under way. */
  #abort = new AbortController();

  constructor(options: HttpOutputOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
    this.name = `http ${withoutSecrets(this.#url)}`;
  }

  /** Rejects when a certificate cannot be read; whether anybody answers shows later. */
  async open(): Promise<void> {
    const { keepsOpen: keepAlive, tls } = this.#options;
    const files = await readTlsFiles(tls);
    // One request at a time, which keeps the order; with a limit of one connection Node would keep it in any case.
    const common = { keepAlive };
    this.#agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ ...common, ...files })
        : new HttpAgent(common);
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const { envelope } = this.#options;
    if (envelope !== 'single') {
      await this.#post(wrapLines(envelope, alerts));
      return;
    }
    for (const [index, { line }] of alerts.entries()) {
      try {
        await this.#post(line);
      } catch (error) {
        throw awayFault(error, index);
      }
    }
  }

  async close(): Promise<void> {
    this.#agent?.destroy();
  }

  abandon(): void {
    this.#abort.abort();
  }

  async #post(text: string): Promise<void> {
    const { isCompressed, timeoutMs, echo } = this.#options;
    const body = isCompressed ? await compress(text) : Buffer.from(text);
    const { status, answer, pauseMs } = await this.#send(body, timeoutMs);
    echo?.(answer);
    if (status >= 200 && status < 300) return;
    const reason = answer.replace(/\s+/g, ' ').trim().slice(0, REASON_SIZE_MAX);
    const message = reason === '' ? `HTTP status ${status}` : `HTTP status ${status}: ${reason}`;
    const isAway = status >= 500 || status < 200 || ABOUT_THE_PLACE.has(status);
    throw new OutputFault(isAway ? 'away' : 'refused', message, { pauseMs });
  }

  #send(body: Buffer, timeoutMs: number): Promise<Answer> {
    const { userAgent, headers, contentType, isCompressed } = this.#options;
    const request = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, {
        method: 'POST',
        agent: this.#agent,
        signal: this.#abort.signal,
        headers: {
          'content-type': contentType,
          'content-length': body.length,
          'user-agent': userAgent,
          ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
          ...headers,
        },
      });
      const timer = setTimeout(() => {
        sent.destroy(new OutputFault('away', `no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(awayFault(error));
      };
      sent.on('error', fail);
      sent.on('response', (response) => {
        response.on('error', fail);
        readAnswer(response, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
      });
      sent.end(body);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly answer: string;
  readonly pauseMs: number;
}

function readAnswer(response: IncomingMessage, onEnd: (answer: Answer) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    if (size < ANSWER_SIZE_MAX) parts.push(part);
    size += part.length;
  });
  response.on('end', () => {
    const answer = Buffer.concat(parts).subarray(0, ANSWER_SIZE_MAX).toString('utf8');
    const seconds = Number(response.headers['retry-after'] ?? 0);
    const pauseMs = Number.isFinite(seconds) && seconds > 0 ? 1_000 * seconds : 0;
    onEnd({ status: response.statusCode ?? 0, answer, pauseMs });
  });
}

/** As it may be shown: passwords and what stands behind `?` are often secret. */
function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
