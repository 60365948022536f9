/*
 * Walks the sections of a WebAssembly binary, module or component, without running or compiling it.
 * The bytes are not trusted: every read is bounded, every failure is a `MalformedBinary`.
 * Format: WebAssembly core specification 5.5; Component Model `Binary.md`.
 */

import { LIMITS } from '../../base/limits.ts';

export class MalformedBinary extends Error {
  override readonly name = 'MalformedBinary';
}

export interface Section {
  readonly id: number;
  /** Offset of the section's identifier, of its contents, and of the byte after it. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

const HEADER_SIZE_BYTES = 8;
const LEB_BYTES_MAX = 5;

export class BinaryReader {
  readonly bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  constructor(bytes: Uint8Array, offset: number, end: number) {
    this.bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** What lies before it is not read. */
  skipTo(offset: number): void {
    this.#offset = offset;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#end;
  }

  byte(): number {
    const value = this.bytes[this.#offset];
    if (value === undefined || this.#offset >= this.#end) {
      throw new MalformedBinary('the binary ends in the middle of a section');
    }
    this.#offset += 1;
    return value;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let index = 0; index < LEB_BYTES_MAX; index++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if ((byte & 0x80) === 0) return value;
    }
    throw new MalformedBinary('a number is longer than 32 bits');
  }

  text(): string {
    const size = this.unsigned();
    if (this.#offset + size > this.#end) throw new MalformedBinary('a name ends after its section');
    const text = Buffer.from(
      this.bytes.buffer,
      this.bytes.byteOffset + this.#offset,
      size,
    ).toString();
    this.#offset += size;
    return text;
  }
}

export function isComponent(bytes: Uint8Array): boolean {
  return hasMagic(bytes) && bytes[4] === 0x0d && bytes[6] === 0x01;
}

export function isCoreModule(bytes: Uint8Array): boolean {
  return hasMagic(bytes) && bytes[4] === 0x01 && bytes[6] === 0x00;
}

function hasMagic(bytes: Uint8Array): boolean {
  return (
    bytes.length >= HEADER_SIZE_BYTES &&
    bytes[0] === 0 &&
    bytes[1] === 0x61 &&
    bytes[2] === 0x73 &&
    bytes[3] === 0x6d
  );
}

export function readSections(bytes: Uint8Array): Section[] {
  const sections: Section[] = [];
  let start = HEADER_SIZE_BYTES;
  while (start < bytes.length) {
    if (sections.length === LIMITS.sectionsMax.value)
      throw new MalformedBinary(`it has more than ${LIMITS.sectionsMax.value} sections`);
    const reader = new BinaryReader(bytes, start, bytes.length);
    const id = reader.byte();
    const size = reader.unsigned();
    const body = reader.offset;
    const end = body + size;
    if (end > bytes.length) throw new MalformedBinary('a section is longer than the binary');
    sections.push({ id, start, body, end });
    start = end;
  }
  return sections;
}

/** Name of a custom section. */
export function sectionName(bytes: Uint8Array, { body, end }: Section): string {
  return new BinaryReader(bytes, body, end).text();
}

/** With one custom section of that name, at the end, in place of all that there are. */
export function withCustomSection(
  bytes: Uint8Array,
  name: string,
  contents: Uint8Array,
): Uint8Array {
  const others = readSections(bytes).filter(
    (section) => section.id !== 0 || sectionName(bytes, section) !== name,
  );
  const text = Buffer.from(name);
  const body = Buffer.concat([Buffer.from(writeUnsigned(text.length)), text, contents]);
  return Buffer.concat([
    bytes.subarray(0, HEADER_SIZE_BYTES),
    ...others.map(({ start, end }) => bytes.subarray(start, end)),
    Buffer.from([0, ...writeUnsigned(body.length)]),
    body,
  ]);
}

/** Contents of the custom section with that name; `undefined` if there is none or more than one. */
export function readCustomSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const found: Uint8Array[] = [];
  for (const section of readSections(bytes)) {
    if (section.id !== 0) continue;
    const reader = new BinaryReader(bytes, section.body, section.end);
    if (reader.text() === name) found.push(bytes.subarray(reader.offset, section.end));
  }
  return found.length === 1 ? found[0] : undefined;
}

const COMPONENT_CORE_MODULE = 1;
const COMPONENT_NESTED = 4;
const NESTING_MAX = 8;

/** Every core module in a component, in components within it too. */
export function readCoreModules(
  component: Uint8Array,
  depth = 0,
  left = { sections: LIMITS.sectionsMax.value },
): Uint8Array[] {
  if (depth > NESTING_MAX) throw new MalformedBinary('components are nested too deeply');
  const sections = readSections(component);
  left.sections -= sections.length;
  if (left.sections < 0)
    throw new MalformedBinary(`its components have more than ${LIMITS.sectionsMax.value} sections`);
  return sections.flatMap(({ id, body, end }) => {
    if (id === COMPONENT_CORE_MODULE) return [component.subarray(body, end)];
    if (id === COMPONENT_NESTED) {
      return readCoreModules(component.subarray(body, end), depth + 1, left);
    }
    return [];
  });
}

export function writeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}
