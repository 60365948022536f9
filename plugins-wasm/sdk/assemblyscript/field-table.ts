// The fields of a plugin as a table, in the order of its manifest (the build compares the names). What a row takes a
// value from is a JSON pointer (`pointer('/user/name')`) or a part of a line (`format.part('user')`).

import { EventView } from './event-view';
import { TimeForm } from './times';

export type Compute = (event: EventView) => void;

export enum FieldKind {
  /** A string member (Falco's rule: other values are empty). */
  Text,
  /** A member as JSON text. */
  Json,
  /** A number: digits. */
  Number,
  /** An IP address. */
  Address,
  /** A time. */
  Time,
  /** The elements of a JSON array, or what stands between separators. */
  List,
  /** Out of `name=value` pairs, the value of the name in the argument. */
  Pair,
  /** A function over declared pointers. */
  Computed,
  /** The member that the argument names, as JSON text. */
  JsonAtArgument,
  /** The whole event, indented. */
  Document,
}

export class FieldRow {
  constructor(
    readonly name: string,
    readonly kind: FieldKind,
    readonly pointers: i32[],
    readonly compute: Compute,
    /** Values hardly repeat: not interned. */
    readonly isUnique: bool,
  ) {}

  /** Separator of a list or of pairs. */
  separator: u8 = 0;
  form: TimeForm = TimeForm.Rfc3339;
}

function computeNothing(_event: EventView): void {}

export class FieldTable {
  readonly rows: FieldRow[] = [];

  text(name: string, pointer: i32): void {
    this.rows.push(new FieldRow(name, FieldKind.Text, [pointer], computeNothing, false));
  }

  uniqueText(name: string, pointer: i32): void {
    this.rows.push(new FieldRow(name, FieldKind.Text, [pointer], computeNothing, true));
  }

  /** `uint64`. What is no decimal number is absent. */
  number(name: string, from: i32): void {
    this.add(name, FieldKind.Number, from, true);
  }

  /** `ipaddr`. What is no address is absent. */
  address(name: string, from: i32): void {
    this.add(name, FieldKind.Address, from, false);
  }

  /** `abstime`. What is no time of the form is absent. */
  time(name: string, from: i32, form: TimeForm): void {
    this.add(name, FieldKind.Time, from, true).form = form;
  }

  /**
   * A list of strings: of a JSON array its strings, and its other elements as JSON text; of a text what stands
   * between separators (one ASCII character), without the blanks around it.
   */
  list(name: string, from: i32, separator: string = ','): void {
    this.add(name, FieldKind.List, from, false).separator = <u8>separator.charCodeAt(0);
  }

  /**
   * With an argument of kind `key`: `a` and `b c` of `a=1 b="b c"`, as in `shop.detail[b]`. A value in quotes may
   * have the separator in it.
   */
  pairs(name: string, from: i32, separator: string = ' '): void {
    this.add(name, FieldKind.Pair, from, false).separator = <u8>separator.charCodeAt(0);
  }

  private add(name: string, kind: FieldKind, from: i32, isUnique: bool): FieldRow {
    const row = new FieldRow(name, kind, [from], computeNothing, isUnique);
    this.rows.push(row);
    return row;
  }

  json(name: string, pointer: i32): void {
    this.rows.push(new FieldRow(name, FieldKind.Json, [pointer], computeNothing, false));
  }

  computed(name: string, pointers: i32[], compute: Compute): void {
    this.rows.push(new FieldRow(name, FieldKind.Computed, pointers, compute, false));
  }

  jsonAtArgument(name: string): void {
    this.rows.push(new FieldRow(name, FieldKind.JsonAtArgument, [], computeNothing, false));
  }

  document(name: string): void {
    this.rows.push(new FieldRow(name, FieldKind.Document, [], computeNothing, true));
  }
}
