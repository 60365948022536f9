// Deterministic CloudTrail-like records of our own making: JSON lines, and gzip files in the AWSLogs layout.
// The shapes (sizes, nesting, share of repeated values) follow what real trails look like; no record is copied.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ACCOUNT = '123456789012';
const KINDS = [
  ['s3.amazonaws.com', 'PutObject', 30],
  ['s3.amazonaws.com', 'GetBucketAcl', 18],
  ['sts.amazonaws.com', 'AssumeRole', 12],
  ['ec2.amazonaws.com', 'DescribeInstances', 12],
  ['kms.amazonaws.com', 'Decrypt', 8],
  ['iam.amazonaws.com', 'GetUser', 6],
  ['ec2.amazonaws.com', 'RunInstances', 1],
  ['signin.amazonaws.com', 'ConsoleLogin', 1],
  ['logs.amazonaws.com', 'CreateLogStream', 12],
];
const REGIONS = ['us-east-1', 'us-west-2', 'eu-central-1', 'eu-west-1'];

/** A small linear congruential generator: the same corpus on every machine. */
function createRandom(seed) {
  let state = seed >>> 0;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * count);
  };
}

function hex(random, length) {
  let text = '';
  while (text.length < length) text += random(16).toString(16);
  return text;
}

function uuid(random) {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
}

const weighted = KINDS.flatMap(([source, name, weight]) => Array(weight).fill([source, name]));

function makeRecord(random, time) {
  const [eventSource, eventName] = weighted[random(weighted.length)];
  const user = `user-${random(400)}`;
  const isRole = random(3) === 0;
  const bucketName = `bucket-${random(60)}`;
  const key = `logs/${hex(random, 8)}/${hex(random, 24)}.gz`;
  return {
    eventVersion: '1.08',
    userIdentity: {
      type: isRole ? 'AssumedRole' : 'IAMUser',
      principalId: `AIDA${hex(random, 16).toUpperCase()}:${user}`,
      arn: `arn:aws:iam::${ACCOUNT}:user/${user}`,
      accountId: ACCOUNT,
      accessKeyId: `AKIA${hex(random, 16).toUpperCase()}`,
      ...(isRole
        ? { sessionContext: { sessionIssuer: { type: 'Role', userName: `role-${random(30)}` } } }
        : { userName: user }),
    },
    eventTime: new Date(time).toISOString().replace(/\.\d+Z/, 'Z'),
    eventSource,
    eventName,
    awsRegion: REGIONS[random(REGIONS.length)],
    sourceIPAddress: `203.0.113.${random(256)}`,
    userAgent: `aws-cli/2.${random(20)}.0 Python/3.11 Linux/6.1 "exe/x86_64"`,
    ...(random(20) === 0
      ? { errorCode: 'AccessDenied', errorMessage: `${user} is not authorized` }
      : {}),
    requestParameters: {
      bucketName,
      key,
      'x-amz-acl': 'private',
      Host: `${bucketName}.s3.amazonaws.com`,
    },
    responseElements: eventName === 'ConsoleLogin' ? { ConsoleLogin: 'Success' } : null,
    additionalEventData: {
      SignatureVersion: 'SigV4',
      MFAUsed: random(2) === 0 ? 'No' : 'Yes',
      bytesTransferredIn: random(100000),
      bytesTransferredOut: 0,
      'x-amz-id-2': hex(random, 76),
    },
    requestID: hex(random, 16).toUpperCase(),
    eventID: uuid(random),
    readOnly: eventName.startsWith('Get') || eventName.startsWith('Describe'),
    resources: [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucketName}/${key}` }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Data',
  };
}

export function makeCorpus({ mb, jsonl, gz }) {
  const random = createRandom(1);
  const file = openSync(jsonl, 'w');
  const folder = join(gz, 'AWSLogs', ACCOUNT, 'CloudTrail', 'us-east-1', '2026', '01', '01');
  mkdirSync(folder, { recursive: true });
  let time = Date.UTC(2026, 0, 1);
  let fileCount = 0;
  for (let bytes = 0; bytes < mb * 1e6; ) {
    const records = [];
    for (let row = 0; row < 1000; row++) {
      time += random(40);
      records.push(JSON.stringify(makeRecord(random, time)));
    }
    bytes += writeSync(file, `${records.join('\n')}\n`);
    const name = `${ACCOUNT}_CloudTrail_us-east-1_20260101T${String(fileCount++).padStart(6, '0')}Z.json.gz`;
    writeFileSync(join(folder, name), gzipSync(`{"Records":[${records.join(',')}]}`));
  }
  closeSync(file);
}
