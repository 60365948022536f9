/* Locations in S3, `s3://BUCKET/PREFIX`. */

export const S3_SCHEME = 's3://';

export interface S3Location {
  readonly bucket: string;
  /** What all keys of the root begin with; may be empty, a folder, or a whole key. */
  readonly prefix: string;
}

/** Three to 63 small letters, digits, dots and hyphens, with a letter or digit at both ends (Amazon's rules). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The sentence that says what is wrong, or what the location is. */
export function parseS3Location(location: string): S3Location | string {
  const rest = location.slice(S3_SCHEME.length);
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (bucket === '') return 'no bucket was named';
  if (!isBucketName(bucket)) {
    return `\`${bucket}\` is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens`;
  }
  return { bucket, prefix: slash < 0 ? '' : rest.slice(slash + 1) };
}

export function isBucketName(text: string): boolean {
  return BUCKET.test(text);
}
