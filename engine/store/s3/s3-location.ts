/* Locations in S3, `s3://BUCKET/PREFIX`, and what a root needs to be reached there. */

export const S3_SCHEME = 's3://';

export interface S3Location {
  readonly bucket: string;
  /** What all keys of the root begin with; may be empty, a folder, or a whole key. */
  readonly prefix: string;
}

/** How the service is reached; credentials are found by the SDK's own chain, in the I/O thread alone. */
export interface S3Access {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** Of another service with the same interface, as `http://127.0.0.1:9000`. */
  readonly endpoint: string | undefined;
  /** Buckets in paths instead of host names. */
  readonly isPathStyle: boolean;
  /** Objects that are fetched at the same time. */
  readonly concurrency: number;
  /** Variables in which the chain looks: `AWS_…`, and where the home folder is. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Three to 63 small letters, digits, dots and hyphens, with a letter or digit at both ends (Amazon's rules). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The sentence that says what is wrong, or what the location is. */
export function parseS3Location(location: string): S3Location | string {
  const rest = location.slice(S3_SCHEME.length);
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (bucket === '') return 'no bucket was named';
  if (!BUCKET.test(bucket)) {
    return `\`${bucket}\` is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens`;
  }
  return { bucket, prefix: slash < 0 ? '' : rest.slice(slash + 1) };
}
