/* Values in outputs: text as people read it, and typed JSON. */

import ipaddr from 'ipaddr.js';
import { printable } from '../../base/printable.ts';
import { fromByteString } from '../../base/text.ts';
import type { Value } from '../../event/column/cell-values.ts';
import type { FieldType } from '../../event/field/field-type.ts';
import type { AlertBudget } from './alert-budget.ts';

/** Falco limits the text of a list. */
const LIST_SIZE_MAX = 1024;

export function valueText(value: Value, type: FieldType): string {
  if (typeof value === 'bigint')
    return type === 'bool' ? (value === 0n ? 'false' : 'true') : String(value);
  if (typeof value === 'string') return textOf(value, type);
  const elements = value.map((element) => valueText(element, type));
  const text = `(${elements.join(',')})`;
  return text.length > LIST_SIZE_MAX ? text.slice(0, LIST_SIZE_MAX) : text;
}

function textOf(bytes: string, type: FieldType): string {
  if (type === 'ipaddr') return addressText(bytes);
  if (type === 'ipnet')
    return `${addressText(bytes.slice(0, -1))}/${bytes.charCodeAt(bytes.length - 1)}`;
  return fromByteString(bytes);
}

function addressText(bytes: string): string {
  const address = ipaddr.fromByteArray(Array.from(bytes, (byte) => byte.charCodeAt(0)));
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** JSON text of a value, as far as the budget goes; numbers of 64 bits are written whole. */
export function valueJson(value: Value | undefined, type: FieldType, budget: AlertBudget): string {
  if (value === undefined) return 'null';
  if (typeof value === 'bigint') return budget.take(valueText(value, type));
  if (typeof value === 'string') {
    return JSON.stringify(toWellFormed(budget.take(textOf(value, type))));
  }
  const elements: string[] = [];
  for (const element of value) {
    if (budget.isUsedUp) {
      elements.push(`"… (cut: ${value.length - elements.length} more)"`);
      break;
    }
    elements.push(valueJson(element, type, budget));
  }
  return `[${elements.join(',')}]`;
}

/** Lone surrogates cannot be written as UTF-8. */
function toWellFormed(text: string): string {
  return text.toWellFormed();
}

/** A value cannot end a line, drive a terminal or turn the direction of text. */
export function escapeText(text: string): string {
  return printable(text.replace(/[\n\r\t]/g, (character) => ESCAPES[character] ?? character));
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
