// The fields of a plugin as a table, in the order of its manifest (the build compares the names).

import { EventView } from './event-view';

export type Compute = (event: EventView) => void;

export enum FieldKind {
  /** A string member (Falco's rule: other values are empty). */
  Text,
  /** A member as JSON text. */
  Json,
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
