/* Users who need Amazon's SDK install it beside the product. */

import { type LocationFinding, unreadable } from './location-kind.ts';

export const S3_PACKAGE = '@aws-sdk/client-s3';
export const SQS_PACKAGE = '@aws-sdk/client-sqs';

/** What has to be installed first. */
export function findMissingPackages(packages: readonly string[]): LocationFinding[] {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  const what = missing.length === 1 ? 'the package' : 'the packages';
  const command = `npm install -g ${missing.join(' ')}`;
  return [unreadable(`it needs ${what} ${missing.join(' and ')}`, command)];
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
