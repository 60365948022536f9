/*
 * Requests of `install`, with what a server that is slow, busy or hostile cannot get around: a size, a time for each
 * silence, redirects that are checked, and retries where they make sense.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM_CLOCK } from '../../base/clock.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /** Bytes of the answer, at most. */
  readonly sizeMax: number;
  /** Whether another address may answer in place of this one; without it none may. */
  readonly mayRedirect?: (to: URL) => boolean;
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

const TRIES = 4;
const REDIRECTS_MAX = 5;
/** Longest silence of a server, before the answer and within it. */
const SILENCE_MS = 30_000;
/** For an answer, and as long again as it takes at so many bytes a millisecond. */
const TIME_MAX_MS = 20_000;
const RATE_MIN = 10;
const PAUSE_MS = 500;
/** What a server may ask us to wait. */
const PAUSE_MS_MAX = 10_000;
const BUSY = new Set([408, 429, 500, 502, 503, 504]);

/** Any answer that does not ask to try again; a text says why there is none. */
export async function request(wanted: HttpRequest): Promise<HttpAnswer | string> {
  for (let attempt = 1; ; attempt++) {
    const answer = await follow(wanted);
    const isBusy = typeof answer === 'object' && 'status' in answer && BUSY.has(answer.status);
    const isOver = attempt === TRIES;
    if (typeof answer === 'string') return answer;
    if ('lost' in answer && isOver) return `${answer.lost} (tried ${TRIES} times)`;
    if ('status' in answer && !(isBusy && !isOver)) return answer;
    await sleep(pauseMs(attempt, 'headers' in answer ? answer.headers : undefined));
  }
}

function pauseMs(attempt: number, headers: Headers | undefined): number {
  const asked = 1_000 * Number(headers?.get('retry-after') ?? Number.NaN);
  return Math.min(Number.isFinite(asked) ? asked : PAUSE_MS * 2 ** (attempt - 1), PAUSE_MS_MAX);
}

/** What may be different the next time. */
interface Lost {
  readonly lost: string;
}

async function follow(wanted: HttpRequest): Promise<HttpAnswer | Lost | string> {
  let { url, headers = {} } = wanted;
  for (let redirects = 0; ; redirects++) {
    const answer = await ask({ ...wanted, url, headers });
    if (typeof answer === 'string' || 'lost' in answer) return answer;
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined) return `${url.host} answers with a redirect to no address`;
    if (redirects === REDIRECTS_MAX) return `${url.host}: more than ${REDIRECTS_MAX} redirects`;
    if (next.host !== url.host || next.protocol !== url.protocol) {
      if (wanted.mayRedirect?.(next) !== true)
        return `${url.host} answers with a redirect to ${next.origin}, which is not followed`;
      // What lets us in there is nothing for others.
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
      );
    }
    url = next;
  }
}

async function ask(wanted: HttpRequest): Promise<HttpAnswer | Lost | string> {
  const { url, method = 'GET', headers = {}, body, sizeMax, onProgress } = wanted;
  const controller = new AbortController();
  let silence = setTimeout(() => controller.abort(), SILENCE_MS);
  const endsAtMs = SYSTEM_CLOCK.monotonicMs() + TIME_MAX_MS;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => controller.abort(), SILENCE_MS);
  };
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'tiercel', ...headers },
      ...(body !== undefined && { body: Uint8Array.from(body) }),
      redirect: 'manual',
      signal: controller.signal,
    });
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? length : undefined;
    const tooLarge = `${url.host} answers with more than ${sizeMax} bytes`;
    if (method !== 'HEAD' && (total ?? 0) > sizeMax) return tooLarge;
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of response.body ?? []) {
      heard();
      size += piece.length;
      if (size > sizeMax) return tooLarge;
      // Who sends a byte now and then would hold us for ever.
      if (SYSTEM_CLOCK.monotonicMs() > endsAtMs + size / RATE_MIN)
        return `${url.host} sends less than ${RATE_MIN} kB a second`;
      pieces.push(piece);
      onProgress?.(size, total);
    }
    return { status: response.status, headers: response.headers, bytes: Buffer.concat(pieces) };
  } catch (error) {
    if (controller.signal.aborted) return { lost: `${url.host}: nothing came for 30 s` };
    return { lost: `${url.host}: ${causeOf(error)}` };
  } finally {
    clearTimeout(silence);
    controller.abort();
  }
}

/** Node puts the reason into the cause of its error. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
