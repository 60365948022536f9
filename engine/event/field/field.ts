import type { FieldType } from './field-type.ts';

/** How a field takes an argument (`name[argument]`): not at all, a decimal index, or free text. */
export interface FieldArgument {
  readonly kind: 'none' | 'index' | 'key';
  readonly required: boolean;
  /** What a key has to look like, when it is not just any text. */
  readonly format?: 'json-pointer';
}

export interface FieldProperties {
  /** Not shown in listings unless asked for. */
  readonly hidden?: boolean;
  readonly deprecated?: boolean;
  /** `= ""` and `in ("")` hold when the field is absent; everything else is as for other fields. */
  readonly equalsEmptyWhenAbsent?: boolean;
  /** Values hardly ever repeat (identifiers): plugins pass them inline. */
  readonly isUnique?: boolean;
  /** Falco's `addOutput`: appended to outputs by `append_output: suggested_output`. */
  readonly isSuggestedOutput?: boolean;
}

/** Who computes a field: the engine itself (`evt.*`, `static.*`), or a plugin by manifest index. */
export type FieldProvider =
  | { readonly kind: 'engine' }
  | { readonly kind: 'plugin'; readonly pluginName: string; readonly fieldIndex: number };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly isList: boolean;
  readonly argument: FieldArgument;
  readonly description: string;
  readonly properties: FieldProperties;
  readonly provider: FieldProvider;
}

/** One wanted value of an event: a field and its argument (`undefined` when it has none). */
export interface FieldRequest {
  readonly field: Field;
  readonly argument: string | undefined;
}

/** Text of a request as rules write it, and its identity within one source: `name` or `name[argument]`. */
export function requestKey(request: FieldRequest): string {
  const { field, argument } = request;
  return argument === undefined ? field.name : `${field.name}[${argument}]`;
}
