/* Components with manifests of the test's choice, made from the bundled ones. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './run-program.ts';

const SECTION = 'tiercel:manifest';

/** LEB128. */
export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)];
}

/** Appends a manifest section; text is taken as it is. */
export function withManifest(component: Uint8Array, manifest: object | string): Buffer {
  const name = Buffer.from(SECTION);
  const text = Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  const body = Buffer.concat([Buffer.from(unsigned(name.length)), name, text]);
  return Buffer.concat([component, Buffer.from([0, ...unsigned(body.length)]), body]);
}

/** A bundled plugin without its manifest, which is the last section. */
export function bareComponent(name: string): {
  readonly component: Uint8Array;
  readonly manifest: Record<string, unknown>;
} {
  const file = readFileSync(join(REPOSITORY, `dist/plugins/${name}.wasm`));
  const nameStart = file.lastIndexOf(SECTION);
  const textStart = nameStart + SECTION.length;
  const text = file.subarray(textStart).toString();
  // Section identifier, size of the section, size of the name.
  const sizeBytes = unsigned(file.length - nameStart + 1).length;
  const component = file.subarray(0, nameStart - 1 - sizeBytes - 1);
  return { component, manifest: JSON.parse(text) as Record<string, unknown> };
}
