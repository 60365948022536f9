/* Whether what a source is told to open is there, and of a kind that is supported. */

import { existsSync } from 'node:fs';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { LoadedPlugin } from './load-plugins.ts';

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
    /^-$/,
    'standard input as `-` is not supported yet',
    'for a pipe that does not pause: `… | tiercel run cloudtrail /dev/stdin`, else write to a file first',
  ],
  [
    /^[a-z][a-z0-9+.-]*:\/\//,
    'such a location is not supported',
    'name a file or a folder of this machine',
  ],
];

export function checkLocation({ config, file }: LoadedPlugin): Diagnostic[] {
  const { source } = file.manifest;
  if (source?.openParams !== 'location') return [];
  const location = config.openParams ?? '';
  const unsupported = UNSUPPORTED.find(([pattern]) => pattern.test(location));
  if (unsupported === undefined && location !== '' && existsSync(location)) return [];
  const [, problem, hint] = unsupported ?? [
    undefined,
    location === '' ? 'no location was given' : `${location} does not exist`,
    source.openParamsDescription,
  ];
  const what = unsupported === undefined ? `\`${source.name}\`` : location;
  const message = `cannot open ${what}: ${problem}`;
  return [createDiagnostic('SOURCE_UNREADABLE', { message, hint })];
}
