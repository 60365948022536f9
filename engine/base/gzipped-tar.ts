import { gunzipSync } from 'node:zlib';
import { type ParsedTarFileItem, parseTar } from 'nanotar';

/** The entries of a gzipped tar of at most so many bytes. Throws if the bytes are not a gzipped tar. */
export function readGzippedTar(archive: Uint8Array, sizeMax: number): readonly ParsedTarFileItem[] {
  // A copy: the parser reads the memory below its argument from the start, which Node may share with others.
  return parseTar(Uint8Array.from(gunzipSync(archive, { maxOutputLength: sizeMax })));
}
