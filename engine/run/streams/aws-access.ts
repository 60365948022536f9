/* How a plugin's roots at Amazon's are reached: by its init configuration in Falco's form, else by `aws:`. */

import { resolve } from 'node:path';
import type { AwsConfig } from '../../config/config.ts';
import type { AwsAccess } from '../../store/aws/aws-access.ts';

/** As Falco's cloudtrail plugin. */
const CONCURRENCY = 32;
const MS_PER_SECOND = 1000;
/** Where the SDK looks for credentials, and what it needs to find the files of the user. */
const VARIABLE = /^(AWS_\w+|HOME|USERPROFILE|HOMEDRIVE|HOMEPATH|PATH|SSL_CERT_(FILE|DIR))$/;

/** Keys that plugins for Falco have, valid under the schema of the plugin. */
interface InitConfig {
  readonly s3DownloadConcurrency?: number;
  readonly sqsDelete?: boolean;
  readonly sqsOwnerAccount?: string;
  readonly aws?: {
    readonly profile?: string;
    readonly region?: string;
    readonly config?: string;
    readonly credentials?: string;
  };
}

/** `initConfig`: JSON text, or empty. */
export function toAwsAccess(
  aws: AwsConfig,
  initConfig: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): AwsAccess {
  const init = parse(initConfig);
  const own = init.aws ?? {};
  const file = (ofPlugin: string | undefined, ofAll: string | undefined): string | undefined =>
    ofPlugin === undefined || ofPlugin === '' ? ofAll : resolve(ofPlugin);
  const variables = {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => VARIABLE.test(name))),
    AWS_CONFIG_FILE: file(own.config, aws.configFile) ?? environment.AWS_CONFIG_FILE,
    AWS_SHARED_CREDENTIALS_FILE:
      file(own.credentials, aws.credentialsFile) ?? environment.AWS_SHARED_CREDENTIALS_FILE,
  };
  return {
    profile: own.profile || aws.profile,
    region: own.region || aws.region,
    endpoint: aws.endpoint,
    isPathStyle: aws.isPathStyle ?? aws.endpoint !== undefined,
    concurrency: init.s3DownloadConcurrency ?? CONCURRENCY,
    queues: {
      ownerAccount: init.sqsOwnerAccount || undefined,
      isDeleting: init.sqsDelete ?? true,
      visibilitySeconds: aws.visibilitySeconds,
    },
    polling: {
      intervalMs: aws.pollSeconds * MS_PER_SECOND,
      lookBackMs: aws.lookBackSeconds * MS_PER_SECOND,
    },
    environment: Object.fromEntries(
      Object.entries(variables).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  };
}

/** An invalid value was reported before. */
function parse(initConfig: string): InitConfig {
  try {
    const value: unknown = JSON.parse(initConfig === '' ? '{}' : initConfig);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
