// The exports of an extractor: functions of fields → columns of values.

import { write as log } from 'tiercel:plugin/log@0.1.0';
import { type Columns, ColumnWriter } from './columns.ts';
import { pluginError } from './errors.ts';
import type { ManifestField } from './manifest.ts';
import type { Batch } from './source.ts';
import { addressBytes, networkBytes, toNumber, toText } from './values.ts';

/** What a field may be: absent (`undefined`, `null`), or a value of its type in the manifest; lists are arrays. */
export type FieldValue = unknown;

/** `argument`: that of `field[argument]`. What throws is absent, and logged once. */
export type FieldFunction<Event> = (event: Event, argument: string | undefined) => FieldValue;

export type FieldFunctions<Event> = Readonly<Record<string, FieldFunction<Event>>>;

export interface Request {
  readonly field: number;
  readonly argument?: string;
  readonly opaque: boolean;
}

interface WantedField<Event> {
  readonly field: ManifestField;
  readonly compute: FieldFunction<Event>;
  readonly argument: string | undefined;
  readonly isInterned: boolean;
}

interface Plan<Event> {
  readonly wanted: readonly WantedField<Event>[];
  readonly columns: ColumnWriter;
}

const PLANS = 4;

export interface ExtractorExports {
  configure(plan: number, requests: readonly Request[]): void;
  extract(plan: number, batch: Batch): Columns;
}

export class Extractor<Event> implements ExtractorExports {
  private readonly fields: readonly ManifestField[];
  private readonly parse: ((text: string) => Event) | undefined;
  private readonly plans = new Map<number, Plan<Event>>();
  private readonly computed: readonly FieldFunction<Event>[];
  private readonly failed = new Set<string>();
  private readonly decoder = new TextDecoder();

  constructor(
    fields: readonly ManifestField[],
    parse: ((text: string) => Event) | undefined,
    functions: FieldFunctions<Event> = {},
  ) {
    this.fields = fields;
    this.parse = parse;
    const names = new Set(fields.map(({ name }) => name));
    const unknown = Object.keys(functions).find((name) => !names.has(name));
    if (unknown !== undefined) throw new Error(`manifest.json has no field \`${unknown}\``);
    this.computed = fields.map(({ name }) => {
      const compute = functions[name];
      if (compute === undefined)
        throw new Error(`there is no function for the field \`${name}\` of manifest.json`);
      return compute;
    });
  }

  configure(plan: number, requests: readonly Request[]): void {
    const refuse = (message: string): never => {
      throw pluginError('invalid-argument', message);
    };
    if (plan >= PLANS) refuse(`no such plan: ${plan}`);
    const wanted = requests.map(({ field: index, argument, opaque }) => {
      const field = this.fields[index] ?? refuse(`no field ${index}`);
      const compute = this.computed[index] ?? refuse(`no field ${index}`);
      const isInterned = !opaque && field.properties?.isUnique !== true;
      return { field, compute, argument, isInterned };
    });
    this.plans.set(plan, { wanted, columns: new ColumnWriter(wanted.length) });
  }

  extract(number: number, { data, spans }: Batch): Columns {
    const plan = this.plans.get(number) ?? { wanted: [], columns: new ColumnWriter(0) };
    const { wanted, columns } = plan;
    const count = spans.length / 2;
    columns.startBatch(count);
    for (let index = 0; index < count; index++) {
      const bytes = data.subarray(spans[2 * index], spans[2 * index + 1]);
      const event = this.parsed(this.decoder.decode(bytes));
      if (event === undefined) continue;
      for (const [request, one] of wanted.entries()) {
        const cell = this.cellOf(columns, request, one, event);
        if (cell > 0) columns.set(request * count + index, cell);
      }
    }
    return columns.answer();
  }

  private parsed(text: string): Event | undefined {
    try {
      return this.parse === undefined ? (text as Event) : this.parse(text);
    } catch {
      // The event is there for the fields of others, and for the engine's own.
      return undefined;
    }
  }

  private cellOf(
    columns: ColumnWriter,
    request: number,
    wanted: WantedField<Event>,
    event: Event,
  ): number {
    const { field, compute, argument } = wanted;
    let value: FieldValue;
    try {
      value = compute(event, argument);
    } catch (error) {
      this.logOnce(field.name, error as Error);
    }
    if (value === undefined || value === null) return 0;
    if (field.isList !== true) return valueCell(columns, request, wanted, value);
    const elements = Array.isArray(value) ? (value as FieldValue[]) : [value];
    // An identifier of a dictionary is one in a list as well.
    const cells = elements.map((element) => valueCell(columns, request, wanted, element));
    return columns.list(cells.filter((cell) => cell > 0));
  }

  private logOnce(name: string, error: Error): void {
    if (this.failed.has(name)) return;
    this.failed.add(name);
    log('warning', `${name}: ${error.message} (said once)`);
  }
}

function valueCell<Event>(
  columns: ColumnWriter,
  request: number,
  { field: { type }, isInterned }: WantedField<Event>,
  value: FieldValue,
): number {
  if (value === undefined || value === null) return 0;
  if (type === 'uint64' || type === 'bool' || type === 'abstime' || type === 'reltime') {
    const number = toNumber(value);
    return number === undefined ? 0 : columns.number(number);
  }
  const text = toText(value);
  const bytes =
    type === 'ipaddr' ? addressBytes(text) : type === 'ipnet' ? networkBytes(text) : text;
  if (bytes === undefined) return 0;
  return isInterned ? columns.interned(request, text, bytes) : columns.inline(bytes);
}
