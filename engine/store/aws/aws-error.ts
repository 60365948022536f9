/* What the SDK throws, in the plugin's terms and in words that say what to do. */

import { StoreError } from '../store-error.ts';

/** As errors of the SDK and of Node's sockets are. */
interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const MESSAGE_SIZE_MAX = 300;
const SIGN_IN = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);
const CLOCK_IS_OFF = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);

/** `action`: what the caller has to be allowed to do, as policies name it. */
export function toS3Error(error: unknown, bucket: string, action: string): StoreError {
  const { name, $metadata } = error as ServiceError;
  if (error instanceof StoreError) return error;
  if (name === 'NoSuchBucket')
    return new StoreError('not-found', `bucket \`${bucket}\` does not exist`);
  if (name === 'NoSuchKey' || $metadata?.httpStatusCode === 404)
    return new StoreError('not-found', 'does not exist');
  if (name === 'InvalidObjectState') {
    return new StoreError(
      'unsupported',
      'is archived; restore it first (`aws s3api restore-object`)',
    );
  }
  if (name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412)
    return new StoreError('io', 'changed while it was read');
  return toServiceError(error as ServiceError, action);
}

export function toQueueError(error: unknown, queue: string, action: string): StoreError {
  if (error instanceof StoreError) return error;
  const { name = '' } = error as ServiceError;
  if (name === 'QueueDoesNotExist' || name.endsWith('.NonExistentQueue'))
    return new StoreError('not-found', `queue \`${queue}\` does not exist`);
  return toServiceError(error as ServiceError, action);
}

function toServiceError(error: ServiceError, action: string): StoreError {
  const { name = 'Error', message = '', code, $metadata } = error;
  const status = $metadata?.httpStatusCode;
  const said = message.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_SIZE_MAX);
  // Others may be there soon.
  if (SIGN_IN.has(name)) return new StoreError('denied', `no valid credentials: ${said}`, true);
  if (CLOCK_IS_OFF.has(name))
    return new StoreError('denied', `the clock of this machine is off: ${said}`, true);
  if (status === 403 || DENIED.has(name))
    return new StoreError('denied', `access denied: \`${action}\` is not allowed`);
  if (message === 'Region is missing') {
    return new StoreError(
      'invalid-argument',
      'no region is known: set `aws: {region: …}` in tiercel.yaml, or AWS_REGION',
    );
  }
  if (status === undefined && code !== undefined)
    return new StoreError('io', `cannot reach the service: ${code}`);
  const where = status === undefined ? name : `${name}, status ${status}`;
  return new StoreError('io', `the service failed (${where})${said === '' ? '' : `: ${said}`}`);
}
