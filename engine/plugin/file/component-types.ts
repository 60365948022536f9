/*
 * The types of a component, written out as text: `func(level: enum{error, debug}, message: string)`. Two types are the
 * same if their texts are. Names of types do not matter, those of fields, cases and parameters do. What no
 * plugin needs (async functions, streams, futures, types of components) is refused where it is met.
 * Format: Component Model `Binary.md`, type definitions.
 */

import { LIMITS } from '../../base/limits.ts';
import { type BinaryReader, MalformedBinary } from './wasm-binary.ts';

/** One thing in an index space of a component; only what plugins may have. */
export type Item =
  | { readonly sort: 'func' | 'type'; readonly text: string; readonly exports?: Exports }
  | { readonly sort: 'instance'; readonly exports: Exports }
  | { readonly sort: 'component'; readonly body: ComponentBody };

export type Exports = ReadonlyMap<string, Item>;

export interface ComponentBody {
  readonly start: number;
  readonly end: number;
  readonly outer: Scope;
}

export type Sort = Item['sort'];
const SORTS: Readonly<Record<number, Sort>> = {
  1: 'func',
  3: 'type',
  4: 'component',
  5: 'instance',
};

/** The index spaces of one component, or of one instance type, within the one around it. */
export class Scope {
  readonly outer: Scope | undefined;
  readonly #budget: { items: number; characters: number };
  readonly #spaces: Record<Sort, Item[]> = { func: [], type: [], instance: [], component: [] };

  constructor(outer?: Scope) {
    this.outer = outer;
    this.#budget = outer === undefined ? { items: 0, characters: 0 } : outer.#budget;
  }

  add(item: Item): Item {
    this.#budget.items += 1;
    if (this.#budget.items > LIMITS.componentItemsMax.value)
      refuse('has too many types and instances');
    if ('text' in item) {
      this.#budget.characters += item.text.length;
      const most = LIMITS.componentTypeSizeMax.value;
      if (item.text.length > most) refuse(`has a type that takes more than ${most} characters`);
      if (this.#budget.characters > LIMITS.componentTypesSizeMax.value)
        refuse('has too large types');
    }
    this.#spaces[item.sort].push(item);
    return item;
  }

  get<Wanted extends Sort>(sort: Wanted, index: number): Item & { readonly sort: Wanted } {
    const item = this.#spaces[sort][index];
    if (item === undefined) throw new MalformedBinary(`unknown ${sort} ${index}`);
    return item as Item & { readonly sort: Wanted };
  }

  /** The text of a type. */
  type(index: number): string {
    return this.get('type', index).text;
  }
}

/** Right as a component, but not what a plugin may be. */
export class NotForPlugins extends Error {
  override readonly name = 'NotForPlugins';
}

export function refuse(what: string): never {
  throw new NotForPlugins(what);
}

/** A sort with an index; `undefined` for sorts of core modules, which are skipped. */
export function readSortIndex(reader: BinaryReader): readonly [Sort, number] | undefined {
  const sort = readSort(reader);
  const index = reader.unsigned();
  return sort === undefined ? undefined : [sort, index];
}

export function readSort(reader: BinaryReader): Sort | undefined {
  const code = reader.byte();
  if (code === 0x00) {
    reader.byte();
    return undefined;
  }
  return SORTS[code] ?? refuse('has values, which plugins may not have');
}

/** The name of an import or an export. */
export function readExternName(reader: BinaryReader): string {
  if (reader.byte() > 0x01) refuse('has a name of a form that plugins may not use');
  return reader.text();
}

/** What an import, or an export of an instance type, is declared to be. */
export function readExternType(reader: BinaryReader, scope: Scope, name: string): Item {
  const code = reader.byte();
  if (code === 0x01) return { sort: 'func', text: scope.type(reader.unsigned()) };
  if (code === 0x03) {
    const isEqual = reader.byte() === 0x00;
    return isEqual
      ? scope.get('type', reader.unsigned())
      : { sort: 'type', text: `resource ${label(name)}` };
  }
  if (code === 0x05) {
    const { exports } = scope.get('type', reader.unsigned());
    return exports === undefined
      ? refuse('has an instance without a type')
      : { sort: 'instance', exports };
  }
  return refuse(`imports \`${name}\`, which is neither an interface, a function nor a type`);
}

export function readAlias(reader: BinaryReader, scope: Scope): void {
  const sort = readSort(reader);
  const target = reader.byte();
  if (target === 0x00) {
    const { exports } = scope.get('instance', reader.unsigned());
    const name = reader.text();
    const item = exports.get(name);
    if (item === undefined || item.sort !== sort)
      throw new MalformedBinary(`unknown name \`${name}\``);
    scope.add(item);
  } else if (target === 0x01) {
    reader.unsigned();
    reader.text();
  } else {
    let from: Scope | undefined = scope;
    for (let levels = reader.unsigned(); levels > 0; levels--) from = from?.outer;
    const index = reader.unsigned();
    if (from === undefined) throw new MalformedBinary('an alias leads out of the component');
    if (sort !== undefined) scope.add(from.get(sort, index));
  }
}

/** Reads one type of a type section or of an instance type. */
export function readType(reader: BinaryReader, scope: Scope): Item {
  const code = reader.byte();
  if (code === 0x40) return { sort: 'type', text: readFunctionType(reader, scope) };
  if (code === 0x42) return readInstanceType(reader, scope);
  if (code === 0x3f) {
    reader.byte();
    if (reader.byte() !== 0x00) reader.unsigned();
    return { sort: 'type', text: 'resource of its own' };
  }
  return { sort: 'type', text: readValueDefinition(reader, scope, code) };
}

function readFunctionType(reader: BinaryReader, scope: Scope): string {
  const parameters = readList(reader, () => readField(reader, scope)).join(', ');
  const hasResult = reader.byte() === 0x00;
  if (hasResult) return `func(${parameters}) -> ${readValueType(reader, scope)}`;
  if (reader.byte() !== 0x00) refuse('has a function with several results');
  return `func(${parameters})`;
}

function readInstanceType(reader: BinaryReader, outer: Scope): Item {
  const scope = new Scope(outer);
  const exports = new Map<string, Item>();
  for (let count = reader.unsigned(); count > 0; count--) {
    const kind = reader.byte();
    if (kind === 0x01) scope.add(readType(reader, scope));
    else if (kind === 0x02) readAlias(reader, scope);
    else if (kind === 0x04) {
      const name = readExternName(reader);
      exports.set(name, scope.add(readExternType(reader, scope, name)));
    } else refuse('has types of core modules');
  }
  return { sort: 'type', text: 'instance', exports };
}

const PRIMITIVES: Readonly<Record<number, string>> = {
  127: 'bool',
  126: 's8',
  125: 'u8',
  124: 's16',
  123: 'u16',
  122: 's32',
  121: 'u32',
  120: 's64',
  119: 'u64',
  118: 'f32',
  117: 'f64',
  116: 'char',
  115: 'string',
};

function readValueDefinition(reader: BinaryReader, scope: Scope, code: number): string {
  const value = (): string => readValueType(reader, scope);
  const primitive = PRIMITIVES[code];
  if (primitive !== undefined) return primitive;
  switch (code) {
    case 0x72:
      return `record{${readList(reader, () => readField(reader, scope)).join(', ')}}`;
    case 0x71:
      return `variant{${readList(reader, () => readCase(reader, scope)).join(', ')}}`;
    case 0x70:
      return `list<${value()}>`;
    case 0x6f:
      return `tuple<${readList(reader, value).join(', ')}>`;
    case 0x6e:
      return `flags{${readList(reader, () => label(reader.text())).join(', ')}}`;
    case 0x6d:
      return `enum{${readList(reader, () => label(reader.text())).join(', ')}}`;
    case 0x6b:
      return `option<${value()}>`;
    case 0x6a: {
      const [ok, error] = [readOptional(reader, scope), readOptional(reader, scope)];
      return `result<${ok ?? '_'}, ${error ?? '_'}>`;
    }
    case 0x69:
      return `own<${scope.type(reader.unsigned())}>`;
    case 0x68:
      return `borrow<${scope.type(reader.unsigned())}>`;
    default:
      return refuse(`has a type 0x${code.toString(16)}, which plugins may not have`);
  }
}

/** Primitive types and indices share one number: as a signed number, a primitive type is negative. */
function readValueType(reader: BinaryReader, scope: Scope): string {
  const first = reader.bytes[reader.offset] ?? 0;
  if (first < 0x40 || first >= 0x80) return scope.type(reader.unsigned());
  return PRIMITIVES[reader.byte()] ?? refuse('has a type that plugins may not have');
}

function readOptional(reader: BinaryReader, scope: Scope): string | undefined {
  return reader.byte() === 0x00 ? undefined : readValueType(reader, scope);
}

function readField(reader: BinaryReader, scope: Scope): string {
  return `${label(reader.text())}: ${readValueType(reader, scope)}`;
}

function readCase(reader: BinaryReader, scope: Scope): string {
  const name = label(reader.text());
  const type = readOptional(reader, scope);
  if (reader.byte() !== 0x00) refuse('has a variant that refines another');
  return type === undefined ? name : `${name}(${type})`;
}

/** No list has so many parts that their text would fit, so reading stops early. */
function readList(reader: BinaryReader, read: () => string): string[] {
  const count = reader.unsigned();
  if (count > LIMITS.componentTypeSizeMax.value) refuse(`has a type of ${count} parts`);
  const parts: string[] = [];
  let size = 0;
  for (let index = 0; index < count; index++) {
    const part = read();
    size += part.length;
    if (size > LIMITS.componentTypeSizeMax.value) refuse('has a type that is too large');
    parts.push(part);
  }
  return parts;
}

/** A text of a type must not be read in two ways. */
function label(name: string): string {
  return /^[A-Za-z0-9-]{1,128}$/.test(name) ? name : refuse('has an invalid name');
}
