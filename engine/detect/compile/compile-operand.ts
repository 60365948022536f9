/* Operands as functions of an event: a field's value, or what transformers make of it. */

import type { Value } from '../../event/column/cell-values.ts';
import type { FieldRequest } from '../../event/field/field.ts';
import type { CheckedOperand } from '../../language/check/checked-rule.ts';
import { parseIpAddress, unmapped } from '../../language/match/ip-address.ts';
import {
  baseName,
  decodeBase64,
  getOptions,
  toLowerAscii,
  toUpperAscii,
} from '../../language/match/text-transform.ts';

/** The value of a field in the event at hand; `undefined`: absent. */
export type GetField = (request: FieldRequest) => Value | undefined;
export type Evaluate = (get: GetField) => Value | undefined;

export function compileOperand(operand: CheckedOperand): Evaluate {
  switch (operand.kind) {
    case 'field': {
      const { request } = operand;
      return (get) => get(request);
    }
    case 'text': {
      const { text } = operand;
      return () => text;
    }
    case 'tuple':
      return compileTuple(operand.items);
    case 'transformer':
      return compileTransformer(operand);
  }
}

/** Lists inside a tuple give their elements; one absent element makes the whole absent. */
function compileTuple(items: readonly CheckedOperand[]): Evaluate {
  const parts = items.map(compileOperand);
  return (get) => {
    const values: (string | bigint)[] = [];
    for (const part of parts) {
      const value = part(get);
      if (value === undefined) return undefined;
      if (typeof value === 'string' || typeof value === 'bigint') values.push(value);
      else values.push(...value);
    }
    return values;
  };
}

const TEXT_FUNCTIONS: Readonly<Record<string, (text: string) => string | undefined>> = {
  tolower: toLowerAscii,
  toupper: toUpperAscii,
  basename: baseName,
  b64: decodeBase64,
  ip: addressOf,
};

function addressOf(text: string): string | undefined {
  const address = parseIpAddress(text);
  return address === undefined ? undefined : unmapped(address);
}

function compileTransformer(operand: CheckedOperand & { kind: 'transformer' }): Evaluate {
  const parts = operand.operands.map(compileOperand);
  const [first, second] = parts;
  if (first === undefined) return () => undefined;
  // An address has no text to parse.
  const isAddress = operand.operands[0]?.type.type === 'ipaddr';
  const textFunction = isAddress ? unmapped : TEXT_FUNCTIONS[operand.name];
  if (textFunction !== undefined) return (get) => mapText(first(get), textFunction);
  switch (operand.name) {
    case 'len':
      return (get) => {
        const value = first(get);
        if (value === undefined || typeof value === 'bigint') return undefined;
        // Falco: an empty list has no length.
        return typeof value !== 'string' && value.length === 0 ? undefined : BigInt(value.length);
      };
    case 'concat':
      return (get) => {
        let text = '';
        for (const part of parts) {
          const value = part(get);
          if (typeof value !== 'string') return undefined;
          text += value;
        }
        return text;
      };
    case 'join':
      return (get) => {
        const separator = first(get);
        const list = second?.(get);
        if (typeof separator !== 'string' || !Array.isArray(list)) return undefined;
        return list.map(String).join(separator);
      };
    default:
      return compileGetOptions(first, second, operand.option);
  }
}

function mapText(
  value: Value | undefined,
  change: (text: string) => string | undefined,
): Value | undefined {
  if (typeof value === 'string') return change(value);
  if (!Array.isArray(value)) return undefined;
  const changed: string[] = [];
  for (const element of value as readonly (string | bigint)[]) {
    const text = change(String(element));
    if (text === undefined) return undefined;
    changed.push(text);
  }
  return changed;
}

/** Without a letter all options in order, with one the value of its last occurrence. */
function compileGetOptions(
  words: Evaluate,
  spec: Evaluate | undefined,
  letter: string | undefined,
): Evaluate {
  return (get) => {
    const list = words(get);
    const letters = spec?.(get);
    if (!Array.isArray(list) || typeof letters !== 'string') return undefined;
    const found = getOptions(list.map(String), letters);
    if (letter !== undefined) {
      const last = found.findLast((option) => option.letter === letter);
      return last === undefined ? undefined : (last.value ?? letter);
    }
    // No option found is an empty list, which is present.
    return found.flatMap(({ letter: one, value, isValueMissing }) => {
      if (value === undefined) return [one];
      // Falco: an option without its value is not among them.
      return isValueMissing === true ? [value] : [one, value];
    });
  };
}
