/* A sender of events, with everything that there is to see of an answer. */

import { type OutgoingHttpHeaders, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Post {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Trusted beside those that are trusted anyway. */
  readonly ca?: string;
}

/** Rejects when the connection ends without an answer. */
export function post(url: string, body: string | Uint8Array, options: Post = {}): Promise<Answer> {
  const { method = 'POST', headers, ca } = options;
  const open = url.startsWith('https:') ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request = open(url, {
      method,
      headers,
      agent: false,
      ...(ca === undefined ? {} : { ca }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    request.end(body);
  });
}

const WAIT_MAX_MS = 20_000;

/** The same, as soon as somebody listens there. */
export async function postSoon(
  url: string,
  body: string | Uint8Array,
  options: Post = {},
): Promise<Answer> {
  for (let waited = 0; ; waited += 50) {
    try {
      return await post(url, body, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || waited > WAIT_MAX_MS)
        throw error;
      await sleep(50);
    }
  }
}
