/*
 * JSON that this program wrote, read again: a file may be damaged, of another version, or by somebody else. What it
 * has to look like is a schema of valibot, from which its type follows.
 */

import * as v from 'valibot';

/** The value of a text of JSON; `undefined` if it is not JSON, or not of the schema. Other fields are left out. */
export function parseOwnJson<Schema extends v.GenericSchema<unknown, unknown>>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return asOwn(schema, value);
}

export function asOwn<Schema extends v.GenericSchema<unknown, unknown>>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | undefined {
  const { success, output } = v.safeParse(schema, value, { abortEarly: true });
  return success ? output : undefined;
}

/** A whole number from 0 on. */
export const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Nanoseconds since 1970 as decimal text, in 64 bits. */
export const TIME_TEXT = v.pipe(
  v.string(),
  v.regex(/^\d{1,20}$/),
  v.transform((digits) => BigInt(digits)),
  v.maxValue((1n << 64n) - 1n),
);

/** What is not base64 is left out. */
export const BASE64 = v.pipe(
  v.string(),
  v.transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))),
);

/** What may be absent: in the type it is a field that may be `undefined`. */
export function orAbsent<Schema extends v.GenericSchema<unknown, unknown>>(
  schema: Schema,
): v.OptionalSchema<Schema, () => undefined> {
  return v.optional(schema, () => undefined);
}
