import { Pattern } from 'tiercel/sdk/pattern';

// A request that is none, of a client that speaks something else, has no method. No client can write one that makes
// the line another: nginx writes a quote in it as `\x22`.
export const line = new Pattern(
  '(?<client>\\S+) \\S+ (?<user>[^\\[]+?) \\[(?<time>[^\\]]+)\\] ' +
    '"(?:(?<method>[A-Z]+) (?<path>[^ "]*)(?: [^"]*)?|[^"]*)" (?<status>\\d+) (?<size>\\d+|-)' +
    '(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)")?(?: .*)?',
);
line.missing = '-';
