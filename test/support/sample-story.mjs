/*
 * A deploy key leaks; somebody looks around with it, makes a user of his own, logs in without a second factor, stops the
 * trail, opens a bucket and carries data away; ordinary traffic goes on around it.
 */

export const ACCOUNT = '123456789012';
const OFFICE = ['203.0.113.10', '203.0.113.11', '203.0.113.24'];
const INTRUDER = '198.51.100.77';

function createRandom(seed) {
  let state = seed >>> 0;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * count);
  };
}

export const random = createRandom(20260314);
export const hex = (length) => Array.from({ length }, () => random(16).toString(16)).join('');
const uuid = () => [8, 4, 4, 4, 12].map(hex).join('-');
const iamUser = (userName) => ({
  type: 'IAMUser',
  principalId: `AIDASAMPLE${userName.toUpperCase()}`,
  arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
  accountId: ACCOUNT,
  userName,
});
const role = (userName, session) => ({
  type: 'AssumedRole',
  principalId: `AROASAMPLE:${session}`,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${userName}/${session}`,
  accountId: ACCOUNT,
  sessionContext: { sessionIssuer: { type: 'Role', userName, accountId: ACCOUNT } },
});
const ROOT_USER = {
  type: 'Root',
  principalId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  accountId: ACCOUNT,
};

function record({ time, source, name, identity, ip, region = 'eu-central-1', ...rest }) {
  return {
    eventVersion: '1.09',
    userIdentity: identity,
    eventTime: new Date(time).toISOString().replace('.000Z', 'Z'),
    eventSource: `${source}.amazonaws.com`,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: ip,
    userAgent:
      rest.userAgent ?? 'aws-cli/2.17.0 md/awscrt#0.20.11 ua/2.0 os/linux#6.1 md/arch#x86_64',
    requestParameters: null,
    responseElements: null,
    requestID: uuid(),
    eventID: uuid(),
    readOnly: /^(?:Get|List|Describe|Head|Lookup)/.test(name),
    eventType: name === 'ConsoleLogin' ? 'AwsConsoleSignIn' : 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...rest,
  };
}

export const START = Date.UTC(2026, 2, 14, 8, 0, 0);
const minute = (count) => START + count * 60_000;
const key = iamUser('deploy-bot');
const intruder = (time, source, name, rest = {}) =>
  record({
    time,
    source,
    name,
    identity: key,
    ip: INTRUDER,
    userAgent: 'Boto3/1.34.0 md/Botocore#1.34.0 os/linux#kali',
    ...rest,
  });

export const STORY = [
  intruder(minute(42), 'sts', 'GetCallerIdentity'),
  intruder(minute(43), 'iam', 'ListUsers', {
    errorCode: 'AccessDenied',
    errorMessage: 'User: deploy-bot is not authorized to perform: iam:ListUsers',
  }),
  intruder(minute(44), 'secretsmanager', 'GetSecretValue', {
    requestParameters: { secretId: 'prod/database' },
  }),
  intruder(minute(51), 'iam', 'CreateUser', {
    requestParameters: { userName: 'support-team' },
    responseElements: { user: { userName: 'support-team' } },
  }),
  intruder(minute(52), 'iam', 'AttachUserPolicy', {
    requestParameters: {
      userName: 'support-team',
      policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    },
  }),
  intruder(minute(52.5), 'iam', 'CreateAccessKey', {
    requestParameters: { userName: 'support-team' },
  }),
  intruder(minute(53), 'iam', 'CreateLoginProfile', {
    requestParameters: { userName: 'support-team', passwordResetRequired: false },
  }),
  record({
    time: minute(58),
    source: 'signin',
    name: 'ConsoleLogin',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    region: 'us-east-1',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { LoginTo: 'https://console.aws.amazon.com/', MFAUsed: 'No' },
  }),
  record({
    time: minute(61),
    source: 'cloudtrail',
    name: 'StopLogging',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    requestParameters: { name: 'management-events' },
  }),
  record({
    time: minute(62),
    source: 'guardduty',
    name: 'DeleteDetector',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    requestParameters: { detectorId: 'a1b2c3' },
  }),
  record({
    time: minute(66),
    source: 'ec2',
    name: 'AuthorizeSecurityGroupIngress',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    requestParameters: {
      groupId: 'sg-0a1b2c3d',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 22,
            toPort: 22,
            ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
          },
        ],
      },
    },
  }),
  record({
    time: minute(70),
    source: 'ec2',
    name: 'RunInstances',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    region: 'ap-southeast-1',
    requestParameters: { instanceType: 'p4d.24xlarge', imageId: 'ami-0123456789abcdef0' },
    responseElements: {
      instancesSet: { items: [{ instanceId: 'i-0aa', imageId: 'ami-0123456789abcdef0' }] },
    },
  }),
  record({
    time: minute(75),
    source: 's3',
    name: 'PutBucketPublicAccessBlock',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    requestParameters: {
      bucketName: 'customer-exports',
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: false,
        BlockPublicPolicy: false,
        IgnorePublicAcls: false,
        RestrictPublicBuckets: false,
      },
    },
  }),
  record({
    time: minute(76),
    source: 's3',
    name: 'PutBucketPolicy',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    requestParameters: {
      bucketName: 'customer-exports',
      bucketPolicy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject' }] },
    },
  }),
  record({
    time: minute(81),
    source: 's3',
    name: 'GetObject',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    managementEvent: false,
    eventCategory: 'Data',
    requestParameters: { bucketName: 'customer-exports', key: 'full/customers-2026-03.tar' },
    additionalEventData: { bytesTransferredIn: 0, bytesTransferredOut: 734003200 },
  }),
  record({
    time: minute(84),
    source: 'kms',
    name: 'ScheduleKeyDeletion',
    identity: iamUser('support-team'),
    ip: INTRUDER,
    requestParameters: { keyId: 'alias/exports', pendingWindowInDays: 7 },
  }),
  record({
    time: minute(95),
    source: 'signin',
    name: 'ConsoleLogin',
    identity: ROOT_USER,
    ip: OFFICE[0],
    region: 'us-east-1',
    userAgent: 'Mozilla/5.0 (Macintosh)',
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'Yes' },
  }),
  record({
    time: minute(97),
    source: 'cloudtrail',
    name: 'StartLogging',
    identity: ROOT_USER,
    ip: OFFICE[0],
    requestParameters: { name: 'management-events' },
  }),
];

export const NOISE = [
  (time) =>
    record({
      time,
      source: 'ec2',
      name: 'DescribeInstances',
      identity: role('ReadOnly', 'grafana'),
      ip: OFFICE[1],
    }),
  (time) =>
    record({
      time,
      source: 's3',
      name: 'PutObject',
      identity: role('LogWriter', 'web-1'),
      ip: '10.20.0.4',
      managementEvent: false,
      eventCategory: 'Data',
      requestParameters: { bucketName: 'app-logs', key: `2026/03/14/${hex(12)}.gz` },
      additionalEventData: { bytesTransferredIn: 1000 + random(90000), bytesTransferredOut: 0 },
    }),
  (time) =>
    record({
      time,
      source: 'sts',
      name: 'AssumeRole',
      identity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
      ip: 'ec2.amazonaws.com',
      requestParameters: { roleArn: `arn:aws:iam::${ACCOUNT}:role/LogWriter` },
    }),
  (time) =>
    record({
      time,
      source: 'kms',
      name: 'Decrypt',
      identity: role('Backend', 'api-2'),
      ip: '10.20.0.9',
    }),
  (time) =>
    record({
      time,
      source: 'cloudformation',
      name: 'DescribeStacks',
      identity: iamUser('alice'),
      ip: OFFICE[2],
    }),
  (time) =>
    record({
      time,
      source: 'signin',
      name: 'ConsoleLogin',
      identity: iamUser('alice'),
      ip: OFFICE[2],
      region: 'us-east-1',
      userAgent: 'Mozilla/5.0 (Windows NT 10.0)',
      responseElements: { ConsoleLogin: 'Success' },
      additionalEventData: { MFAUsed: 'Yes' },
    }),
  (time) =>
    record({
      time,
      source: 'lambda',
      name: 'ListFunctions20150331',
      identity: role('Deploy', 'ci'),
      ip: OFFICE[0],
    }),
];
