/** Field types as plugin authors write them; the words are Falco's (plugin API, `ss_plugin_field_type`). */
export const FIELD_TYPES = [
  'string',
  'uint64',
  'bool',
  'reltime',
  'abstime',
  'ipaddr',
  'ipnet',
] as const;

export type FieldType = (typeof FIELD_TYPES)[number];

/** The type of a field, a transformer's result or a literal: a scalar type, or a list of it. */
export interface ValueType {
  readonly type: FieldType;
  readonly isList: boolean;
}

/** True for the types whose values are 64-bit unsigned numbers in columns. */
export function isNumericType(type: FieldType): boolean {
  return type === 'uint64' || type === 'bool' || type === 'reltime' || type === 'abstime';
}
