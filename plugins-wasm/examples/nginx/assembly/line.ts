import { Pattern } from 'tiercel/sdk/pattern';

// A malformed request, of a client that speaks another protocol, has no method. No client can write one that changes
// the line: nginx writes a quote in it as `\x22`.
export const line = new Pattern(
  '(?<client>\\S+) \\S+ (?<user>[^\\[]+?) \\[(?<time>[^\\]]+)\\] ' +
    '"(?:(?<method>[A-Z]+) (?<path>[^ "]*)(?: [^"]*)?|[^"]*)" (?<status>\\d+) (?<size>\\d+|-)' +
    '(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)")?(?: .*)?',
);
line.missing = '-';
