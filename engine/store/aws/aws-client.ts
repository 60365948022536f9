/*
 * Amazon's SDK, which is loaded when the first location of a service is opened: an installation does not need it.
 * Requests are repeated by the SDK's own rules (back-off with jitter, also when throttled).
 */

import type { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { fieldsOf, isCount } from '../../base/json-fields.ts';
import { S3_PACKAGE, SQS_PACKAGE } from '../location/aws-packages.ts';
import type { ServiceCounts } from '../service-counts.ts';
import { StoreError } from '../store-error.ts';
import type { AwsAccess } from './aws-access.ts';

export type S3Module = typeof import('@aws-sdk/client-s3');
export type SqsModule = typeof import('@aws-sdk/client-sqs');

export interface S3Service {
  readonly module: S3Module;
  readonly client: S3Client;
  readonly counts: ServiceCounts;
}

export interface SqsService {
  readonly module: SqsModule;
  readonly client: SQSClient;
}

/** Attempts for one request. */
const ATTEMPTS = 6;
const CONNECT_TIME_MAX_MS = 5_000;
/** Without a byte; a queue without messages answers after 20 s. */
const SILENCE_MAX_MS = 20_000;
const QUEUE_SILENCE_MAX_MS = 30_000;
/** Beside those that fetch: listings. */
const SPARE_SOCKETS = 2;
/** One that waits for messages, others for what becomes of them. */
const QUEUE_SOCKETS = 8;

/** Rejects with `StoreError`. */
export async function connectS3(access: AwsAccess, counts: ServiceCounts): Promise<S3Service> {
  takeEnvironment(access);
  const module = await load(() => import('@aws-sdk/client-s3'), S3_PACKAGE);
  const client = new module.S3Client({
    ...commonOptions(access, access.concurrency + SPARE_SOCKETS, SILENCE_MAX_MS),
    forcePathStyle: access.isPathStyle,
    followRegionRedirects: true,
    // Checksums of whole objects do not help a reader of parts, and gzip has its own.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  client.middlewareStack.add(countRepeats(counts), REPEATS);
  return { module, client, counts };
}

/** Rejects with `StoreError`. */
export async function connectSqs(access: AwsAccess, counts: ServiceCounts): Promise<SqsService> {
  takeEnvironment(access);
  const module = await load(() => import('@aws-sdk/client-sqs'), SQS_PACKAGE);
  const client = new module.SQSClient(commonOptions(access, QUEUE_SOCKETS, QUEUE_SILENCE_MAX_MS));
  client.middlewareStack.add(countRepeats(counts), REPEATS);
  return { module, client };
}

const REPEATS = { step: 'initialize', name: 'count-repeats' } as const;

/** What the SDK asked for again by itself. */
function countRepeats(counts: ServiceCounts) {
  const count = (answered: unknown): void => {
    const { $metadata } = fieldsOf(answered);
    const { attempts } = fieldsOf($metadata);
    if (isCount(attempts)) counts.repeats += Math.max(0, Number(attempts) - 1);
  };
  return <Input, Result extends { readonly output: unknown }>(
    next: (input: Input) => Promise<Result>,
  ): ((input: Input) => Promise<Result>) =>
    async (input) => {
      try {
        const result = await next(input);
        count(result.output);
        return result;
      } catch (error) {
        count(error);
        throw error;
      }
    };
}

/** `take` is given the headers of the answer. */
export function onAnswer(
  command: ListObjectsV2Command,
  take: (headers: Readonly<Record<string, string>>) => void,
): void {
  command.middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input);
      take((result.response as Answer).headers);
      return result;
    },
    { step: 'deserialize', name: 'headers-of-answer' },
  );
}

interface Answer {
  readonly headers: Readonly<Record<string, string>>;
}

function takeEnvironment({ environment }: AwsAccess): void {
  // This thread has no listener of its own, and nothing else in it looks.
  Object.assign(process.env, environment, {
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

function commonOptions({ profile, region, endpoint }: AwsAccess, sockets: number, silence: number) {
  const agent = { keepAlive: true, maxSockets: sockets };
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIME_MAX_MS,
      socketTimeout: silence,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

async function load<Module>(importIt: () => Promise<Module>, name: string): Promise<Module> {
  try {
    return await importIt();
  } catch {
    throw new StoreError('unsupported', `needs the package ${name}, which is not installed`);
  }
}
