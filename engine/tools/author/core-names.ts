/*
 * Names of exports: identifiers of a language (`source_next`) become those of the canonical ABI
 * (`tiercel:plugin/source@0.1.0#next`; WebAssembly core specification 5.5.10).
 */

import { BinaryReader, readSections, writeUnsigned } from '../../plugin/file/wasm-binary.ts';

const EXPORT_SECTION = 7;
const HEADER_SIZE = 8;
const PACKAGE = 'tiercel:plugin/';
const VERSION = '@0.1.0';
const OURS = /^(plugin|source|extractor)_([a-z]+)$/;
/** Called after an answer was read: one function for all of those whose answers hold memory until then. */
const POST = 'cabi_post';
const ANSWERING = ['plugin_init', 'source_open', 'source_resume', 'extractor_configure'];

export function toCanonicalExports(core: Uint8Array): Uint8Array {
  const parts = [core.subarray(0, HEADER_SIZE)];
  for (const { id, start, body, end } of readSections(core)) {
    if (id === EXPORT_SECTION) {
      const section = renamed(new BinaryReader(core, body, end));
      parts.push(Buffer.from([id, ...writeUnsigned(section.length)]), section);
    } else parts.push(core.subarray(start, end));
  }
  return Buffer.concat(parts);
}

interface Export {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

function renamed(section: BinaryReader): Uint8Array {
  const exports: Export[] = [];
  for (let count = section.unsigned(); count > 0; count--)
    exports.push({ name: section.text(), kind: section.byte(), index: section.unsigned() });
  const answering = ANSWERING.filter((name) => exports.some((one) => one.name === name));
  const rows = exports.flatMap(({ name, kind, index }) =>
    namesOf(name, answering).map((text) => {
      const bytes = Buffer.from(text);
      const size = Buffer.from(writeUnsigned(bytes.length));
      return Buffer.concat([size, bytes, Buffer.from([kind, ...writeUnsigned(index)])]);
    }),
  );
  return Buffer.concat([Buffer.from(writeUnsigned(rows.length)), ...rows]);
}

function namesOf(name: string, answering: readonly string[]): string[] {
  if (name === POST) return answering.map((one) => `${POST}_${canonicalName(one)}`);
  return [canonicalName(name)];
}

function canonicalName(name: string): string {
  const [, part, what] = OURS.exec(name) ?? [];
  return part === undefined ? name : `${PACKAGE}${part}${VERSION}#${what}`;
}
