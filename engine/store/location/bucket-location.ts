/* Locations in S3, `s3://BUCKET/PREFIX`. */

import { findMissingPackages, S3_PACKAGE } from './aws-packages.ts';
import {
  type InvalidLocation,
  invalid,
  type LocationKind,
  measureNothing,
  type Place,
} from './location-kind.ts';

export interface BucketLocation extends Place<'bucket'> {
  readonly bucket: string;
  /** What all keys of the root begin with; may be empty, a folder, or a whole key. */
  readonly prefix: string;
}

export const BUCKET: LocationKind<BucketLocation> = {
  supply: 'stored',
  pattern: /^s3:\/\//,
  parse: parseBucket,
  check: () => findMissingPackages([S3_PACKAGE]),
  // It would take a listing of the whole bucket.
  measure: measureNothing,
};

const HINT = 'a location in S3 is s3://BUCKET/PREFIX';

/** Three to 63 small letters, digits, dots and hyphens, with a letter or digit at both ends (Amazon's rules). */
const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function parseBucket(text: string): BucketLocation | InvalidLocation {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(text) ?? [];
  if (bucket === '') return invalid(text, 'no bucket was named', HINT);
  if (isBucketName(bucket)) return { kind: 'bucket', text, bucket, prefix };
  const rule = '3 to 63 small letters, digits, dots and hyphens';
  return invalid(text, `\`${bucket}\` is not a name of a bucket: ${rule}`, HINT);
}

export function isBucketName(text: string): boolean {
  return NAME.test(text);
}
