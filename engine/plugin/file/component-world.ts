/*
 * What a component imports and exports, with the types of all functions. Components within it are followed as they
 * are instantiated; nothing is compiled or run. That a binary is valid is left to the transpiler, which
 * decodes it again: of a valid one both read the same.
 * Format: Component Model `Binary.md`.
 */

import { LIMITS } from '../../base/limits.ts';
import {
  type ComponentBody,
  type Exports,
  type Item,
  readAlias,
  readExternName,
  readExternType,
  readSortIndex,
  readType,
  refuse,
  Scope,
} from './component-types.ts';
import { BinaryReader, MalformedBinary, readSections } from './wasm-binary.ts';

export interface ComponentWorld {
  /** By name, such as `tiercel:plugin/log@0.1.0`. */
  readonly imports: Exports;
  readonly exports: Exports;
}

/** Throws `MalformedBinary` for damage, `NotForPlugins` for parts that plugins may not have. */
export function readWorld(component: Uint8Array): ComponentWorld {
  const evaluation = new Evaluation(component);
  const body = { start: 0, end: component.length, outer: undefined };
  const exports = evaluation.evaluate(body, undefined);
  return { imports: evaluation.imports, exports };
}

class Evaluation {
  readonly imports = new Map<string, Item>();
  readonly #bytes: Uint8Array;
  #depth = 0;
  #instances = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** `given`: what the imports are; `undefined` for the outermost component. */
  evaluate(
    body: Omit<ComponentBody, 'outer'> & { readonly outer: Scope | undefined },
    given: Exports | undefined,
  ): Exports {
    this.#instances += 1;
    if (this.#instances > LIMITS.componentInstancesMax.value) refuse('has too many instances');
    if (this.#depth >= NESTING_MAX) refuse('has components that are nested too deeply');
    this.#depth += 1;
    const scope = new Scope(body.outer);
    const exports = new Map<string, Item>();
    const bytes = this.#bytes.subarray(body.start, body.end);
    for (const section of readSections(bytes)) {
      const reader = new BinaryReader(bytes, section.body, section.end);
      if (section.id === SECTION.component) {
        const [start, end] = [body.start + section.body, body.start + section.end];
        scope.add({ sort: 'component', body: { start, end, outer: scope } });
      } else if (section.id === SECTION.start || section.id === SECTION.value) {
        refuse('has a start function or values, which plugins may not have');
      } else if (ENTRY_SECTIONS.has(section.id)) {
        for (let count = reader.unsigned(); count > 0; count--) {
          this.#readEntry(section.id, reader, scope, { given, exports });
        }
      }
    }
    this.#depth -= 1;
    return exports;
  }

  #readEntry(id: number, reader: BinaryReader, scope: Scope, ends: Ends): void {
    if (id === SECTION.instance) scope.add(this.#readInstance(reader, scope));
    else if (id === SECTION.alias) readAlias(reader, scope);
    else if (id === SECTION.type) scope.add(readType(reader, scope));
    else if (id === SECTION.canon) readCanonical(reader, scope);
    else if (id === SECTION.import) this.#readImport(reader, scope, ends.given);
    else readExport(reader, scope, ends.exports);
  }

  #readImport(reader: BinaryReader, scope: Scope, given: Exports | undefined): void {
    const name = readExternName(reader);
    if (given === undefined) {
      const item = readExternType(reader, scope, name);
      this.imports.set(name, item);
      scope.add(item);
      return;
    }
    const item = given.get(name);
    if (item === undefined)
      throw new MalformedBinary(`nothing is given for the import \`${name}\``);
    skipExternType(reader);
    scope.add(item);
  }

  #readInstance(reader: BinaryReader, scope: Scope): Item {
    const isInstantiation = reader.byte() === 0x00;
    const component = isInstantiation ? scope.get('component', reader.unsigned()) : undefined;
    const given = new Map<string, Item>();
    for (let count = reader.unsigned(); count > 0; count--) {
      const name = isInstantiation ? reader.text() : readExternName(reader);
      const found = readSortIndex(reader);
      if (found !== undefined) given.set(name, scope.get(...found));
    }
    const exports = component === undefined ? given : this.evaluate(component.body, given);
    return { sort: 'instance', exports };
  }
}

interface Ends {
  readonly given: Exports | undefined;
  readonly exports: Map<string, Item>;
}

const NESTING_MAX = 8;
const SECTION = {
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  canon: 8,
  start: 9,
  import: 10,
  export: 11,
  value: 12,
} as const;
const ENTRY_SECTIONS: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11]);

/** Only `lift` makes a function of the component; everything below belongs to core modules. */
function readCanonical(reader: BinaryReader, scope: Scope): void {
  const kind = reader.byte();
  if (kind > 0x04) refuse('has functions of the asynchronous kind, which plugins may not have');
  if (kind > 0x01) {
    reader.unsigned();
    return;
  }
  reader.byte();
  reader.unsigned();
  for (let count = reader.unsigned(); count > 0; count--) {
    const option = reader.byte();
    if (option > 0x05) refuse('has functions of the asynchronous kind, which plugins may not have');
    if (option >= 0x03) reader.unsigned();
  }
  if (kind === 0x00) scope.add({ sort: 'func', text: scope.type(reader.unsigned()) });
}

function readExport(reader: BinaryReader, scope: Scope, exports: Map<string, Item>): void {
  const name = readExternName(reader);
  const found = readSortIndex(reader);
  const isAscribed = reader.byte() === 0x01;
  if (found === undefined) {
    if (isAscribed) refuse('exports a core module');
    return;
  }
  const item = isAscribed ? readExternType(reader, scope, name) : scope.get(...found);
  exports.set(name, item);
  scope.add(item);
}

function skipExternType(reader: BinaryReader): void {
  const code = reader.byte();
  if (code === 0x00) reader.byte();
  if (code === 0x02) refuse('has values, which plugins may not have');
  // A type: `eq` with an index, or `sub resource`.
  if (code === 0x03 && reader.byte() !== 0x00) return;
  reader.unsigned();
}
