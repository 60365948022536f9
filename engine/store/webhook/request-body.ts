import type { IncomingMessage } from 'node:http';
import { guarded } from '../../base/guard.ts';
import type { Refusal } from './answer.ts';

/**
 * The bytes of a request. `onBytes` gets each part, and returns a reason to read no more. `undefined`: the sender is
 * gone before the end. Rejects with what `onBytes` throws.
 */
export function readBody(
  request: IncomingMessage,
  onBytes: (size: number) => Refusal | undefined,
): Promise<Buffer | Refusal | undefined> {
  const parts: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const takeBytes = (bytes: Buffer): void => {
      parts.push(bytes);
      const refusal = onBytes(bytes.length);
      if (refusal === undefined) return;
      request.off('data', take);
      resolve(refusal);
    };
    const take = guarded('webhook-body', takeBytes, reject);
    request.on('data', take);
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}
