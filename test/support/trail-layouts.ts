/* CloudTrail records as other programs wrap them, and texts that are not records. */

export const RECORD = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';
export const TEXT = JSON.stringify(RECORD);
export const forms: [name: string, text: string][] = [
  ['lines', `${RECORD}\n${RECORD}`],
  ['an envelope', `{"Records":[${RECORD},${RECORD}]}`],
  ['an envelope after other keys', `{"a":{"Records":[1]},"Records":[${RECORD},${RECORD}],"z":"}"}`],
  ['a pretty envelope', JSON.stringify(JSON.parse(`{"Records":[${RECORD},${RECORD}]}`), null, 2)],
  ['an array', `[${RECORD},\n${RECORD}]`],
  ['two envelopes', `{"Records":[${RECORD}]}{"Records":[${RECORD}]}`],
  ['EventBridge', `{"detail-type":"x","detail":${RECORD}}\n{"detail":${RECORD}}`],
  ['lines of lookup-events', `{"CloudTrailEvent":${TEXT}}\n{"CloudTrailEvent":${TEXT}}`],
  [
    'what lookup-events prints',
    JSON.stringify(
      {
        Events: [RECORD, RECORD].map((text) => ({
          EventId: '1',
          EventName: 'A',
          EventTime: '2026-01-01T00:00:00+00:00',
          Resources: [],
          CloudTrailEvent: text,
        })),
        NextToken: 'n',
      },
      null,
      4,
    ),
  ],
  ['lookup-events, texts alone', `[${TEXT},\n    ${TEXT}\n]`],
  ['lookup-events, texts between tabs', `${RECORD}\t${RECORD}\n`],
  ['CloudWatch Logs lines', `{"timestamp":1,"message":${TEXT}}\n{"timestamp":2,"message":${TEXT}}`],
  [
    'a CloudWatch Logs subscription',
    `{"messageType":"DATA_MESSAGE","logGroup":"g","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":${TEXT}},{"id":"2","timestamp":2,"message":${TEXT}}]}`,
  ],
  [
    'aws logs filter-log-events',
    `{"events":[{"logStreamName":"s","timestamp":1,"message":${TEXT},"eventId":"1"},{"message":${TEXT}}],"searchedLogStreams":[]}`,
  ],
  [
    'a CloudWatch Logs export',
    `2026-01-01T00:00:00.000Z ${RECORD}\n2026-01-01T00:00:01.000Z ${RECORD}\n`,
  ],
  [
    'Splunk',
    `{"preview":false,"result":{"_raw":${TEXT}}}\n{"offset":1,"result":{"_raw":${TEXT},"eventTime":"x"}}`,
  ],
  ['Splunk results', `{"preview":false,"results":[{"_raw":${TEXT}},{"_raw":${TEXT}}]}`],
  ['Splunk, fields extracted', `{"result":${RECORD}}\n{"result":${RECORD}}`],
  [
    'Elastic hits',
    `{"took":1,"hits":{"total":2,"hits":[{"_id":"1","_source":${RECORD}},{"_source":${RECORD}}]},"z":1}`,
  ],
  ['Elastic documents', `{"_index":"i","_source":${RECORD}}\n{"_index":"i","_source":${RECORD}}`],
  [
    'Elastic Common Schema',
    `{"_source":{"@timestamp":"t","event":{"original":${TEXT}},"tags":[]}}\n{"@timestamp":"t","event":{"original":${TEXT}},"cloud":{},"tags":[]}`,
  ],
  [
    'Filebeat',
    `{"@timestamp":"t","message":${TEXT},"agent":{}}\n{"@timestamp":"t","message":${TEXT},"agent":{}}`,
  ],
  ['SNS', `{"Type":"Notification","Message":${TEXT}}\n{"Type":"Notification","Message":${TEXT}}`],
  [
    'EventBridge in SNS in SQS',
    `{"Body":${JSON.stringify(JSON.stringify({ Message: `{"detail":${RECORD}}` }))}}\n{"Body":${JSON.stringify(`{"detail":${RECORD}}`)}}`,
  ],

  ['Docker', `{"log":${TEXT.slice(0, -1)}\\n","stream":"stdout","time":"t"}\n{"log":${TEXT}}`],
  [
    'the HTTP Event Collector of Splunk',
    `{"time":1,"event":${RECORD},"sourcetype":"aws:cloudtrail"}\n{"event":${TEXT}}`,
  ],
  [
    'a text with blanks and line ends around it',
    `{"message":${JSON.stringify(` \r\n${RECORD}\n\t`)}}\n{"_raw":${JSON.stringify(`\n${RECORD} `)}}`,
  ],
  [
    'aws sqs receive-message',
    JSON.stringify(
      { Messages: [RECORD, RECORD].map((Body) => ({ MessageId: '1', Body })) },
      null,
      4,
    ),
  ],
  [
    'what a Lambda function gets of SNS',
    `{"Records":[{"EventSource":"aws:sns","Sns":{"Message":${TEXT}}},{"Sns":{"Message":${TEXT}}}]}`,
  ],
  [
    'what a Lambda function gets of SQS',
    `{"Records":[{"messageId":"1","body":${TEXT},"eventSource":"aws:sqs"},{"body":${TEXT}}]}`,
  ],
  [
    'an envelope with one record, in SNS',
    `{"Message":${JSON.stringify(`{"Records":[${RECORD}]}`)}}\n{"Message":${TEXT}}`,
  ],
];

/** Wrappers whose content is no record: each is one part that is lost, and the record behind it is read. */
export const strangers: [name: string, text: string, reason: RegExp][] = [
  ['a message in words', '{"message":"hello"}', /a message whose text is not a CloudTrail record/],
  ['a message with other JSON', '{"message":"{\\"a\\":1}"}', /not a CloudTrail record/],
  [
    'an S3 notification',
    '{"Type":"Notification","Message":"{\\"s3Bucket\\":\\"b\\",\\"s3ObjectKey\\":[\\"k\\"]}"}',
    /names files in S3/,
  ],
  [
    'an S3 notification as S3 sends it',
    '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"r","eventTime":"2026-01-01T00:00:00Z","eventName":"ObjectCreated:Put","s3":{"object":{"key":"k"}}}]}',
    /record 1: a notification that names files in S3/,
  ],
  [
    'several records in one text',
    `{"Message":${JSON.stringify(`{"Records":[${RECORD},${RECORD}]}`)}}`,
    /a text with several records/,
  ],
  [
    'the log of a program',
    '{"level":"info","msg":"started","ts":1,"caller":"m"}',
    /not a CloudTrail record/,
  ],
  [
    'a log with one name in common',
    '{"level":"info","userAgent":"x","ts":1,"m":2}',
    /not a CloudTrail record/,
  ],
  [
    'OCSF',
    '{"class_uid":6003,"time":1,"api":{"operation":"StopLogging"}}',
    /not a CloudTrail record/,
  ],
  ['what Python prints', "{'eventName': 'A'}", /single quotes, as Python prints them/],
  ['CSV', 'eventname,eventtime', /not JSON/],
  ['an empty message', '{"message":""}', /a message whose text/],
];
