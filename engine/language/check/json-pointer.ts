/*
 * Arguments of fields that take a JSON pointer (RFC 6901; the leading slash may be left out). People write
 * dots, from JSONPath or from other tools; as a pointer that is one key with dots in its name.
 */

import type { Field } from '../../event/field/field.ts';

export type PointerForm =
  | 'pointer'
  /** `a.b`: the meaning is clear, but it never matches. */
  | 'dotted'
  /** `$.a` or `.a`: loads in Falco, and never matches there either. */
  | 'json-path';

/** `pointer` also for fields that take something else. */
export function pointerForm({ argument: { format } }: Field, argument: string): PointerForm {
  if (format !== 'json-pointer') return 'pointer';
  if (argument.includes('/') || !argument.includes('.')) return 'pointer';
  return /^[$.]/.test(argument) ? 'json-path' : 'dotted';
}

/** Something to type. */
export function pointerHint({ name }: Field, argument: string): string {
  const pointer = argument
    .replace(/^\$?\.?/, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .replaceAll('.', '/');
  return `write \`${name}[/${pointer}]\`, or \`${name}[/${argument}]\` for a key with dots in it`;
}
