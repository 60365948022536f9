/*
 * Regular expressions as Falco has them: RE2 in POSIX syntax, the whole value must match, in linear time.
 * re2js is RE2; what POSIX syntax does not have is refused here before it sees the pattern.
 */

import { RE2JS } from 're2js';
import { type ByteString, fromByteString } from '../../base/text.ts';

export interface PosixRegex {
  readonly test: (bytes: ByteString) => boolean;
}

export interface RegexProblem {
  /** In Falco's words, with the part of the pattern. */
  readonly error: string;
  readonly reason: string;
}

const PATTERN_SIZE_MAX = 10_000;
/** Programs of nested counted repetitions can be huge; RE2 itself refuses counts above 1000. */
const REPETITIONS_MAX = 1000;

export function compilePosixRegex(pattern: string): { readonly value: PosixRegex } | RegexProblem {
  const problem = findForeignSyntax(pattern);
  if (problem !== undefined) return { error: problem, reason: problem };
  try {
    const compiled = RE2JS.compile(collapseRepetitions(pattern), RE2JS.MULTILINE);
    return { value: { test: (bytes) => compiled.matches(fromByteString(bytes)) } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The flag is what MULTILINE puts in front of the pattern.
    const plain = message.replace(/^error parsing regexp: /, '').replace('`(?m)', '`');
    const [, reason = plain, part = ''] = /^([^`]*): `(.*)`$/s.exec(plain) ?? [];
    return { error: `${RE2_REASONS[reason] ?? reason}: ${part}`, reason };
  }
}

/** Go's words for what is wrong, which re2js has, and those of RE2 in C++, which Falco has. */
const RE2_REASONS: Readonly<Record<string, string>> = {
  'missing closing ]': 'missing ]',
  'missing closing )': 'missing )',
  'invalid repeat count': 'invalid repetition size',
  'missing argument to repetition operator': 'no argument for repetition operator',
  'invalid nested repetition operator': 'bad repetition operator',
  'trailing backslash at end of expression': 'trailing \\',
  'invalid named capture': 'invalid named capture group',
  'invalid or unsupported Perl syntax': 'invalid perl operator',
};

/** Perl's additions, which POSIX syntax reads differently or not at all. */
function findForeignSyntax(pattern: string): string | undefined {
  if (pattern.length > PATTERN_SIZE_MAX) return 'pattern too large';
  let isInClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? '';
    if (character === '\\') {
      const escaped = pattern[index + 1] ?? '';
      if (/[A-Zb-eg-mo-qswyz0-9]/.test(escaped) && !/[xaftnrv]/.test(escaped)) {
        return `invalid escape sequence: \\${escaped}`;
      }
      index += 1;
      continue;
    }
    if (isInClass) {
      if (character === '[' && pattern[index + 1] === ':') {
        const end = pattern.indexOf(':]', index);
        if (end !== -1) index = end + 1;
      } else if (character === ']') isInClass = false;
      continue;
    }
    if (character === '[') {
      isInClass = true;
      if (pattern[index + 1] === '^') index += 1;
      if (pattern[index + 1] === ']') index += 1;
      continue;
    }
    if (character === '(' && pattern[index + 1] === '?') {
      return 'no argument for repetition operator: ?';
    }
    if (character === '}' && /[*+?]/.test(pattern[index + 1] ?? '')) {
      return `bad repetition operator: ${character}${pattern[index + 1]}`;
    }
    const count = character === '{' ? /^\{(\d+)(?:,(\d*))?\}/.exec(pattern.slice(index)) : null;
    if (count !== null && Math.max(Number(count[1]), Number(count[2] ?? 0)) > REPETITIONS_MAX) {
      return `invalid repetition size: ${count[0]}`;
    }
  }
  return undefined;
}

/**
 * POSIX has no lazy repetitions: `a+?` is `(a+)?`. Two in a row are one that takes the same texts, inside
 * brackets and after a backslash they are left alone.
 */
function collapseRepetitions(pattern: string): string {
  const token = /\\.|\[\^?\]?(?:\[:[a-z]+:\]|[^\]])*\]|[*+?]{2,}|[\s\S]/g;
  return pattern.replace(token, (part) => {
    if (!/^[*+?]{2,}$/.test(part)) return part;
    if (/^\++$/.test(part)) return '+';
    return /^\?+$/.test(part) ? '?' : '*';
  });
}
