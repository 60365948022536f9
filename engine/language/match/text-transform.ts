/* What transformers do to byte strings; ASCII only, as in Falco. */

import type { ByteString } from '../../base/text.ts';

export function toLowerAscii(text: ByteString): ByteString {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

export function toUpperAscii(text: ByteString): ByteString {
  return /[a-z]/.test(text) ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text;
}

/** After the last slash. */
export function baseName(text: ByteString): ByteString {
  return text.slice(text.lastIndexOf('/') + 1);
}

/**
 * Decoded text; `undefined` if the text is not base64. Falco: padding may be left out as a whole, and bits behind the
 * last byte have to be zero.
 */
export function decodeBase64(text: ByteString): ByteString | undefined {
  const found = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text);
  if (found === null) return undefined;
  const [, digits = '', padding = ''] = found;
  const rest = digits.length % 4;
  const isWhole = padding === '' || (digits.length + padding.length) % 4 === 0;
  if (rest === 1 || !isWhole) return undefined;
  const last = digits.at(-1) ?? '';
  if (rest === 2 && !'AQgw'.includes(last)) return undefined;
  if (rest === 3 && !'AEIMQUYcgkosw048'.includes(last)) return undefined;
  return Buffer.from(digits, 'base64').toString('latin1');
}

export interface FoundOption {
  readonly letter: string;
  readonly value: string | undefined;
  readonly isValueMissing?: boolean;
}

/**
 * Options of a command line (getopt(3)): letters in order, each with its value when `spec` says that it
 * takes one. Stops at `--` and at the first word that is no option; `--long` words are skipped. `isValueMissing`:
 * the option is the last word.
 */
export function getOptions(words: readonly ByteString[], spec: string): FoundOption[] {
  const found: FoundOption[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--' || word.length < 2 || word[0] !== '-') break;
    if (word.startsWith('--')) continue;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      const place = letter === ':' ? -1 : spec.indexOf(letter);
      if (place === -1) {
        found.push({ letter: '?', value: undefined });
        continue;
      }
      if (spec[place + 1] !== ':') {
        found.push({ letter, value: undefined });
        continue;
      }
      const rest = word.slice(at + 1);
      if (rest !== '') found.push({ letter, value: rest });
      else {
        index += 1;
        const value = words[index];
        found.push({ letter, value: value ?? '', isValueMissing: value === undefined });
      }
      break;
    }
  }
  return found;
}
