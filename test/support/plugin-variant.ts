import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretKey } from '../../engine/packages/trust/secret-key.ts';
import { readSigned, withSignature } from '../../engine/packages/trust/signature-section.ts';
import { readCustomSection, withCustomSection } from '../../engine/plugin/file/wasm-binary.ts';
import { REPOSITORY } from './run-program.ts';

const MANIFEST = 'tiercel:manifest';

export interface Variant {
  readonly version?: string;
  readonly description?: string;
  readonly capabilities?: { readonly clock?: boolean; readonly store?: readonly string[] };
}

/** The plugin `cloudtrail` under the name `trail`, with changes to its manifest. */
export function trailVariant({ version = '1.0.0', description, capabilities }: Variant): Buffer {
  const bytes = readFileSync(join(REPOSITORY, 'dist/plugins/cloudtrail.wasm'));
  const section = readCustomSection(bytes, MANIFEST) ?? Buffer.of();
  const manifest = JSON.parse(Buffer.from(section).toString()) as Record<string, object>;
  const changed = {
    ...manifest,
    name: 'trail',
    version,
    ...(description !== undefined && { description }),
    capabilities: { ...manifest.capabilities, ...capabilities },
  };
  return Buffer.from(withCustomSection(bytes, MANIFEST, Buffer.from(JSON.stringify(changed))));
}

export function signedWith(bytes: Uint8Array, key: SecretKey): Buffer {
  const signed = readSigned(bytes);
  if (signed === undefined || 'kind' in signed) throw new Error(signed?.message ?? 'no component');
  return Buffer.from(withSignature(signed, bytes, key));
}
