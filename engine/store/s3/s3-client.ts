/*
 * Amazon's SDK, which is loaded when the first location in S3 is opened: an installation does not need it. Requests are
 * repeated by the SDK's own rules (back-off with jitter, also when throttled); what breaks after that is in s3-body.ts.
 */

import type { S3Client } from '@aws-sdk/client-s3';
import { StoreError } from '../store-error.ts';
import type { S3Access } from './s3-location.ts';

export type S3Module = typeof import('@aws-sdk/client-s3');

export interface S3Service {
  readonly module: S3Module;
  readonly client: S3Client;
}

export const S3_PACKAGE = '@aws-sdk/client-s3';
/** Of one request. */
const ATTEMPTS = 6;
const CONNECT_TIME_MAX_MS = 5_000;
/** Without a byte. */
const SILENCE_MAX_MS = 20_000;
/** Beside those that fetch: listings. */
const SPARE_SOCKETS = 2;

/** Rejects with `StoreError`. */
export async function connectS3(access: S3Access): Promise<S3Service> {
  // This thread has none of its own, and nobody else in it looks.
  Object.assign(process.env, access.environment, {
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  const module = await loadModule();
  const { profile, region, endpoint, isPathStyle, concurrency } = access;
  const agent = { keepAlive: true, maxSockets: concurrency + SPARE_SOCKETS };
  const client = new module.S3Client({
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: isPathStyle,
    followRegionRedirects: true,
    maxAttempts: ATTEMPTS,
    // Sums of whole objects are of no use to whoever reads parts, and gzip has its own.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIME_MAX_MS,
      socketTimeout: SILENCE_MAX_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  return { module, client };
}

async function loadModule(): Promise<S3Module> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch {
    throw new StoreError('unsupported', `needs the package ${S3_PACKAGE}, which is not installed`);
  }
}
