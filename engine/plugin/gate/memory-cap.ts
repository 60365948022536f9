/*
 * Writes caps into the memory and table sections of a core module, so that the engine of the host
 * holds them: neither limits of a worker nor options of the transpiler do. Modules whose minimum is
 * above the cap, and kinds of memories that we do not cap, are refused.
 */

import { LIMITS } from '../../base/limits.ts';
import { BinaryReader, MalformedBinary, readSections, writeUnsigned } from '../file/wasm-binary.ts';

const TABLE_SECTION = 4;
const MEMORY_SECTION = 5;
const HEADER_SIZE_BYTES = 8;
const PAGE_SIZE_BYTES = 65_536;

const FLAG_MAXIMUM = 1;
const FLAG_SHARED = 2;
const FLAG_MEMORY64 = 4;
const FLAG_CUSTOM_PAGE = 8;

const FUNCTION_REFERENCE = 0x70;
const EXTERNAL_REFERENCE = 0x6f;

/** Throws `MalformedBinary` with the reason when the module cannot be capped. */
export function capMemories(module: Uint8Array, memorySizeMax: number): Uint8Array {
  const parts: Uint8Array[] = [module.subarray(0, HEADER_SIZE_BYTES)];
  for (const section of readSections(module)) {
    const reader = new BinaryReader(module, section.body, section.end);
    let body: number[] | undefined;
    if (section.id === MEMORY_SECTION) body = capMemorySection(reader, memorySizeMax);
    else if (section.id === TABLE_SECTION) body = capTableSection(reader);
    if (body === undefined) parts.push(module.subarray(section.start, section.end));
    else parts.push(Uint8Array.from([section.id, ...writeUnsigned(body.length), ...body]));
  }
  return Buffer.concat(parts);
}

/** What one instance of a module may take, at most. */
export interface ModuleDemand {
  readonly memorySize: number;
  readonly tableElements: number;
}

/** Memory and table sizes that a module with caps written in asks for. */
export function demandOf(capped: Uint8Array): ModuleDemand {
  let [memorySize, tableElements] = [0, 0];
  for (const { id, body, end } of readSections(capped)) {
    if (id !== MEMORY_SECTION && id !== TABLE_SECTION) continue;
    const reader = new BinaryReader(capped, body, end);
    for (let count = reader.unsigned(); count > 0; count--) {
      if (id === TABLE_SECTION) reader.byte();
      reader.byte();
      reader.unsigned();
      const maximum = reader.unsigned();
      if (id === TABLE_SECTION) tableElements += maximum;
      else memorySize += maximum * PAGE_SIZE_BYTES;
    }
  }
  return { memorySize, tableElements };
}

function capMemorySection(reader: BinaryReader, memorySizeMax: number): number[] {
  const pagesMax = Math.floor(memorySizeMax / PAGE_SIZE_BYTES);
  const count = reader.unsigned();
  if (count > 1) throw new MalformedBinary('a module has more than one memory');
  const body = writeUnsigned(count);
  for (let index = 0; index < count; index++) {
    const flags = reader.byte();
    if ((flags & (FLAG_SHARED | FLAG_MEMORY64 | FLAG_CUSTOM_PAGE)) !== 0) {
      throw new MalformedBinary('a memory is shared, 64-bit or of unusual page size');
    }
    const minimum = reader.unsigned();
    const maximum = (flags & FLAG_MAXIMUM) !== 0 ? reader.unsigned() : pagesMax;
    if (minimum > pagesMax) {
      const wanted = minimum * PAGE_SIZE_BYTES;
      throw new MalformedBinary(
        `a memory starts with ${wanted} bytes, the limit is ${memorySizeMax}`,
      );
    }
    body.push(FLAG_MAXIMUM, ...writeUnsigned(minimum));
    body.push(...writeUnsigned(Math.min(maximum, pagesMax)));
  }
  return body;
}

function capTableSection(reader: BinaryReader): number[] {
  const elementsMax = LIMITS.tableElementsMax.value;
  const count = reader.unsigned();
  const body = writeUnsigned(count);
  for (let index = 0; index < count; index++) {
    const type = reader.byte();
    if (type !== FUNCTION_REFERENCE && type !== EXTERNAL_REFERENCE) {
      throw new MalformedBinary('a table of an unknown element type');
    }
    const flags = reader.byte();
    if ((flags & ~FLAG_MAXIMUM) !== 0) throw new MalformedBinary('a table is shared or 64-bit');
    const minimum = reader.unsigned();
    const maximum = (flags & FLAG_MAXIMUM) !== 0 ? reader.unsigned() : elementsMax;
    if (minimum > elementsMax) throw new MalformedBinary(`a table starts with ${minimum} elements`);
    body.push(type, FLAG_MAXIMUM, ...writeUnsigned(minimum));
    body.push(...writeUnsigned(Math.max(minimum, Math.min(maximum, elementsMax))));
  }
  return body;
}
