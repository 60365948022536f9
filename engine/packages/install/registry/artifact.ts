/*
 * A plugin as an artifact of a registry, in the layout that the CNCF’s working group for Wasm describes, so that wkg
 * and oras read ours and we read theirs: a manifest, a config of `application/vnd.wasm.config.v0+json`, and one layer
 * of `application/wasm`, which is the file.
 */

import { fieldsOf, isCount } from '../../../base/json-fields.ts';
import type { ComponentFile } from '../../../plugin/gate/component-file.ts';
import { digestOf } from '../../trust/signed-file.ts';
import { parseJson } from './registry-session.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG_TYPE = 'application/vnd.wasm.config.v0+json';
export const LAYER_TYPE = 'application/wasm';
/** Bytes of a manifest: the least that a registry has to take. */
export const MANIFEST_SIZE_MAX = 4 << 20;

export interface Artifact {
  readonly manifest: Uint8Array;
  readonly blobs: readonly Uint8Array[];
}

/** The same bytes of the same plugin: there is no time in it but the first one there is. */
export function toArtifact({ manifest, bytes, imports, exports }: ComponentFile): Artifact {
  return artifactOf({
    configType: CONFIG_TYPE,
    config: {
      created: '1970-01-01T00:00:00Z',
      author: manifest.contact,
      architecture: 'wasm',
      os: 'wasip2',
      layerDigests: [`sha256:${digestOf(bytes)}`],
      component: { exports, imports },
    },
    layerType: LAYER_TYPE,
    layer: bytes,
    annotations: {
      'org.opencontainers.image.title': manifest.name,
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.description': manifest.description,
      'org.opencontainers.image.licenses': manifest.license,
    },
  });
}

export interface NewArtifact {
  readonly configType: string;
  readonly config: unknown;
  readonly layerType: string;
  readonly layer: Uint8Array;
  readonly layerAnnotations?: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A manifest with a config and one layer. */
export function artifactOf(wanted: NewArtifact): Artifact {
  const { configType, layerType, layer, layerAnnotations: own, annotations } = wanted;
  const config = encode(wanted.config);
  const manifest = encode({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptorOf(configType, config),
    layers: [{ ...descriptorOf(layerType, layer), ...(own && { annotations: own }) }],
    annotations,
  });
  return { manifest, blobs: [config, layer] };
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function descriptorOf(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: `sha256:${digestOf(bytes)}`, size: bytes.length };
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

export interface Layer {
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, unknown>>;
  /** Where its config is, in the same way; `undefined`: it has none that can be fetched. */
  readonly config: { readonly digest: string; readonly size: number } | undefined;
}

/** The one layer of the type in a manifest; a text says what it has instead. */
export function findLayer(manifest: Uint8Array, mediaType: string): Layer | string {
  const { schemaVersion, layers, manifests, config } = fieldsOf(parseJson(manifest));
  if (Array.isArray(manifests)) return 'an index of several artifacts, expected one';
  if (schemaVersion !== 2 || !Array.isArray(layers)) return 'no manifest of an artifact';
  const fitting = layers.map(fieldsOf).filter((layer) => layer.mediaType === mediaType);
  const [layer] = fitting;
  if (layer === undefined || fitting.length > 1) {
    const { mediaType: type } = fieldsOf(config);
    const kind = typeof type === 'string' ? type : 'an unknown type';
    return `an artifact of ${kind} with ${fitting.length} layers of ${mediaType}, expected 1`;
  }
  const place = placeOf(layer);
  if (place === undefined) return 'a layer without a SHA-256 and a size';
  return { ...place, annotations: fieldsOf(layer.annotations), config: placeOf(fieldsOf(config)) };
}

function placeOf({
  digest: written,
  size,
}: Readonly<Record<string, unknown>>): { digest: string; size: number } | undefined {
  const digest = /^sha256:([0-9a-f]{64})$/.exec(String(written))?.[1];
  return digest === undefined || !isCount(size) ? undefined : { digest, size: Number(size) };
}
