import type { IncomingMessage } from 'node:http';
import type { Refusal } from './answer.ts';

/**
 * The bytes of a request. `onBytes` is told of each part, and says why no more are wanted. `undefined`: the sender is
 * gone before the end.
 */
export function readBody(
  request: IncomingMessage,
  onBytes: (size: number) => Refusal | undefined,
): Promise<Buffer | Refusal | undefined> {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    const take = (bytes: Buffer): void => {
      parts.push(bytes);
      const refusal = onBytes(bytes.length);
      if (refusal === undefined) return;
      request.off('data', take);
      resolve(refusal);
    };
    request.on('data', take);
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}
