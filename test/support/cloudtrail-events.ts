/* CloudTrail records and rules for tests: made up, as small as the test needs. */

/** A console login without MFA; `extra` replaces members. */
export function loginRecord(extra: object = {}): string {
  return JSON.stringify({
    eventTime: '2026-01-02T03:04:05Z',
    eventName: 'ConsoleLogin',
    eventSource: 'signin.amazonaws.com',
    awsRegion: 'us-east-1',
    sourceIPAddress: '198.51.100.7',
    userIdentity: { type: 'IAMUser', userName: 'eve' },
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'No' },
    ...extra,
  });
}

/** A rule for CloudTrail; `more` are further lines of the item. */
export function ruleText(condition: string, output = 'seen %ct.name', more = ''): string {
  return `- rule: R\n  desc: d\n  condition: ${condition}\n  output: "${output}"\n  priority: INFO\n  source: aws_cloudtrail\n${more}`;
}

/** Fires on every event. */
export const EVERY_EVENT = ruleText('evt.num > 0', '%evt.num %ct.name');
