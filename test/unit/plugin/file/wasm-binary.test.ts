/* Binaries that are nothing but sections: refused after as many as anybody needs. */

import { describe, expect, it } from 'vitest';
import {
  MalformedBinary,
  readCoreModules,
  readSections,
} from '../../../../engine/plugin/file/wasm-binary.ts';

const HEADER = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
const component = (...sections: Uint8Array[]): Uint8Array =>
  Buffer.concat([Uint8Array.from(HEADER), ...sections]);
/** A section with this identifier and these contents. */
function section(id: number, contents: Uint8Array): Uint8Array {
  const size: number[] = [];
  for (let left = contents.length; ; left >>= 7) {
    size.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Uint8Array.from([id, ...size]), contents]);
}
const empty = (id: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, () => Uint8Array.from([id, 0]));

describe('sections of a binary', () => {
  it('are as many as there are, up to a limit', () => {
    expect(readSections(component(...empty(2, 9_000)))).toHaveLength(9_000);
    expect(() => readSections(component(...empty(2, 10_001)))).toThrow(MalformedBinary);
    expect(() => readSections(component(new Uint8Array(14_000_000)))).toThrow(
      'more than 10000 sections',
    );
  });

  it('count over all components in a component', () => {
    const inner = section(4, component(...empty(2, 4_000)));
    expect(readCoreModules(component(inner, inner))).toEqual([]);
    expect(() => readCoreModules(component(inner, inner, inner))).toThrow(
      'more than 10000 sections',
    );
  });
});
