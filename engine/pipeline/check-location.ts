/* Whether what a source is told to open is there, and of a kind that is supported. */

import { stat } from 'node:fs/promises';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import { kindOf } from '../store/local-file.ts';
import { STANDARD_INPUT } from '../store/standard-input.ts';
import type { OpenedStream } from './opened-streams.ts';

/** Locations that Falco's plugins or other tools take, and what to do until we do. */
const UNSUPPORTED: readonly (readonly [pattern: RegExp, what: string, hint: string])[] = [
  [
    /^s3:\/\//,
    'reading from S3 is not supported yet',
    'copy the objects first: `aws s3 sync s3://bucket/prefix ./logs`, then name ./logs',
  ],
  [
    /^sqs:\/\//,
    'reading from SQS is not supported yet',
    'copy the objects that it announces: `aws s3 sync s3://bucket/prefix ./logs`, then name ./logs',
  ],
  [
    /^https?:\/\//,
    'reading from the network is not supported yet',
    'download first: `curl -o events.json URL`, then name events.json',
  ],
  [
    /^[a-z][a-z0-9+.-]*:\/\//,
    'such a location is not supported',
    'name a file or a folder of this machine',
  ],
];

/** Standard input by the names that shells give it. */
const STANDARD_INPUT_FILES = ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

/** What a plugin is told to open, in the form that the store knows. */
export function toStoreLocation(openParams: string): string {
  return STANDARD_INPUT_FILES.includes(openParams) ? STANDARD_INPUT : openParams;
}

export async function checkLocation({
  plugin: { file },
  openParams,
}: OpenedStream): Promise<Diagnostic[]> {
  const { source } = file.manifest;
  if (source?.openParams !== 'location') return [];
  const location = toStoreLocation(openParams);
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

type Problem = readonly [kind: undefined, what: string, hint: string | undefined];

async function findProblem(location: string, plugin: string): Promise<Problem | undefined> {
  if (location === '') return [undefined, 'no location was given', undefined];
  if (location === STANDARD_INPUT) return undefined;
  try {
    const found = await stat(location);
    if (found.isFile() || found.isDirectory()) return undefined;
    const hint = `for what a pipe or a socket gives: \`… | tiercel run ${plugin} -\``;
    return [undefined, `${location} is ${kindOf(found)}, not a file or a folder`, hint];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Why it cannot be read is said by whoever reads it.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return undefined;
    return [undefined, `${location} does not exist`, undefined];
  }
}
