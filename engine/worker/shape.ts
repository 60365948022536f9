/* What a message of a process has to look like: a process that is not our code any more may send anything. */

import { deserialize } from 'node:v8';

export type Shape = (value: unknown) => boolean;

/** A text of at most `lengthMax` characters. */
export function isText(lengthMax: number): Shape {
  return (value) => typeof value === 'string' && value.length <= lengthMax;
}

export const isBigint: Shape = (value) => typeof value === 'bigint';
/** A whole number from 0 on. */
export const isCount: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

export function isBelow(limit: number): Shape {
  return (value) => isCount(value) && Number(value) < limit;
}

export function isBytes(sizeMax: number): Shape {
  return (value) => value instanceof Uint8Array && value.length <= sizeMax;
}

export function isOneOf(...values: readonly unknown[]): Shape {
  return (value) => values.includes(value);
}

/** What is `undefined`, or like that. */
export function isOptional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

/** Looked at by index: a hole is `undefined`, and its length says nothing about how much of it there is. */
export function isListOf(shape: Shape, lengthMax: number): Shape {
  return (value) => {
    if (!Array.isArray(value) || value.length > lengthMax) return false;
    for (let index = 0; index < value.length; index++) if (!shape(value[index])) return false;
    return true;
  };
}

export function isMapOf(keys: Shape, values: Shape, sizeMax: number): Shape {
  return (value) =>
    value instanceof Map &&
    value.size <= sizeMax &&
    [...value].every(([key, one]) => keys(key) && values(one));
}

/** All of its fields; others are of no interest. */
export function isRecord(fields: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const record = value as Readonly<Record<string, unknown>>;
    return entries.every(([name, shape]) => shape(record[name]));
  };
}

/** By its `kind`. */
export function isKind(kinds: Readonly<Record<string, Shape>>): Shape {
  const shapes = new Map(Object.entries(kinds));
  return (value) => {
    const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
    return typeof kind === 'string' && shapes.get(kind)?.(value) === true;
  };
}

/** Reads serialized messages of the shape, and throws for all others. */
export function readerOf(shape: Shape): (body: Buffer) => unknown {
  return (body) => {
    const message: unknown = deserialize(body);
    if (!shape(message)) throw new Error('not a valid message');
    return message;
  };
}
