/* Whether what a source is told to open is there, and of a kind that is supported. */

import { existsSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { S3_PACKAGE, SQS_PACKAGE } from '../store/aws/aws-client.ts';
import { parseS3Location, S3_SCHEME } from '../store/aws/s3-location.ts';
import { parseSqsLocation, SQS_SCHEME } from '../store/aws/sqs-location.ts';
import { isInbox } from '../store/inbox/inbox-location.ts';
import { SOCKET_SCHEME } from '../store/line-socket.ts';
import { kindOf } from '../store/local-file.ts';
import { STANDARD_INPUT } from '../store/standard-input.ts';
import { isWebhookLocation } from '../store/webhook/webhook-location.ts';
import { checkWebhook } from './check-webhook.ts';
import type { OpenedStream } from './opened-streams.ts';

/** Locations that Falco's plugins or other tools take, and what to do until we do. */
const UNSUPPORTED: readonly (readonly [pattern: RegExp, what: string, hint: string])[] = [
  [
    /^(?!s3:|sqs:|https?:)[a-z][a-z0-9+.-]*:\/\//,
    'such a location is not supported',
    'name a file or a folder of this machine',
  ],
];

/** What it gave is gone: there is no position to go on from, and no end but that of whoever writes. */
export function isLiveOnly(location: string): boolean {
  return location === STANDARD_INPUT || isEndlessLocation(location);
}

/** Things come there by themselves, until the run is stopped. */
export function isEndlessLocation(location: string): boolean {
  return location.startsWith(SOCKET_SCHEME) || isInbox(location);
}

/** Standard input by the names that shells give it. */
const STANDARD_INPUT_FILES = ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

/** What a plugin is told to open, in the form that the store knows. */
export function toStoreLocation(openParams: string): string {
  if (openParams.startsWith(`${SOCKET_SCHEME}//`)) return SOCKET_SCHEME + openParams.slice(7);
  return STANDARD_INPUT_FILES.includes(openParams) ? STANDARD_INPUT : openParams;
}

export async function checkLocation(
  { plugin: { file }, openParams }: OpenedStream,
  { webhook }: Pick<Config, 'webhook'>,
): Promise<Diagnostic[]> {
  const { source } = file.manifest;
  if (source?.openParams !== 'location') return [];
  const location = toStoreLocation(openParams);
  if (isWebhookLocation(location)) return checkWebhook(location, webhook);
  const unsupported = UNSUPPORTED.find(([pattern]) => pattern.test(location));
  const [, problem, hint] = unsupported ??
    (await findProblem(location, file.manifest.name)) ?? [undefined, undefined, ''];
  if (problem === undefined) return [];
  const what = unsupported === undefined ? `\`${source.name}\`` : location;
  const message = `cannot open ${what}: ${problem}`;
  return [
    createDiagnostic('SOURCE_UNREADABLE', { message, hint: hint ?? source.openParamsDescription }),
  ];
}

/** Whether something can come to the queues that a source was granted. */
export function checkQueues(
  { plugin: { config, file } }: OpenedStream,
  { webhook }: Pick<Config, 'webhook'>,
): Diagnostic[] {
  const { name, capabilities } = file.manifest;
  return Object.entries(config.grants.queueRoots).flatMap(([root, location]) => {
    if (!capabilities.queue.includes(root)) return [];
    if (isWebhookLocation(location)) return checkWebhook(location, webhook);
    const problem = isInbox(location) ? findSqsProblem(location) : NO_QUEUE;
    if (problem === undefined) return [];
    const message = `cannot open \`queue:${root}=${location}\` of \`${name}\`: ${problem[1]}`;
    return [createDiagnostic('SOURCE_UNREADABLE', { message, ...hinted(problem[2]) })];
  });
}

function hinted(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

const NO_QUEUE: Problem = [
  undefined,
  'nothing comes there by itself',
  'a queue is sqs://NAME, or http://ADDRESS:PORT/PATH for what is sent there',
];

type Problem = readonly [kind: undefined, what: string, hint: string | undefined];

async function findProblem(location: string, plugin: string): Promise<Problem | undefined> {
  if (location === '') return [undefined, 'no location was given', undefined];
  if (location === STANDARD_INPUT) return undefined;
  if (location.startsWith(SOCKET_SCHEME)) return findSocketProblem(location);
  if (location.startsWith(S3_SCHEME)) return findS3Problem(location);
  if (location.startsWith(SQS_SCHEME)) return findSqsProblem(location);
  try {
    const found = await stat(location);
    if (found.isFile() || found.isDirectory()) return undefined;
    const hint = found.isSocket()
      ? `to listen there: \`tiercel run ${plugin} ${SOCKET_SCHEME}${location}\``
      : `for what a pipe gives: \`… | tiercel run ${plugin} -\``;
    return [undefined, `${location} is ${kindOf(found)}, not a file or a folder`, hint];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Why it cannot be read is said by whoever reads it.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return undefined;
    return [undefined, `${location} does not exist`, undefined];
  }
}

function findS3Problem(location: string): Problem | undefined {
  const parsed = parseS3Location(location);
  if (typeof parsed === 'string')
    return [undefined, parsed, 'a location in S3 is s3://BUCKET/PREFIX'];
  return findMissing([S3_PACKAGE]);
}

function findSqsProblem(location: string): Problem | undefined {
  if (parseSqsLocation(location) !== undefined) return findMissing([S3_PACKAGE, SQS_PACKAGE]);
  const name = location.slice(SQS_SCHEME.length);
  const problem = name === '' ? 'no queue was named' : `\`${name}\` is no name of a queue`;
  return [
    undefined,
    problem,
    'a queue is sqs://NAME: up to 80 letters, digits, hyphens and underscores',
  ];
}

function findMissing(packages: readonly string[]): Problem | undefined {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const what = missing.length === 1 ? 'the package' : 'the packages';
  const command = `npm install -g ${missing.join(' ')}`;
  return [undefined, `it needs ${what} ${missing.join(' and ')}`, command];
}

/** Beside the product, as optional packages are. */
function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The system has no room for a longer one. */
const SOCKET_PATH_MAX = 107;

function findSocketProblem(location: string): Problem | undefined {
  const path = location.slice(SOCKET_SCHEME.length);
  const hint = `a socket is ${SOCKET_SCHEME} and a path, as ${SOCKET_SCHEME}/run/tiercel/events.sock`;
  if (path === '') return [undefined, 'no path was given', hint];
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX)
    return [undefined, `the path of a socket has at most ${SOCKET_PATH_MAX} bytes`, hint];
  if (!existsSync(dirname(path))) return [undefined, `${dirname(path)} does not exist`, hint];
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isSocket())
    return [undefined, `${path} is there, and is no socket`, hint];
  return undefined;
}
