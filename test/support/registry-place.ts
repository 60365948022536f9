import { join } from 'node:path';
import {
  parseRegistryReference,
  type RegistryReference,
} from '../../engine/packages/install/reference.ts';
import { LAYER_TYPE, toArtifact } from '../../engine/packages/install/registry/artifact.ts';
import { fetchArtifact, publishArtifact } from '../../engine/packages/install/registry/registry.ts';
import { readComponentFile } from '../../engine/plugin/gate/component-file.ts';
import { FakeRegistry, sha256 } from './fake-registry.ts';
import { REPOSITORY } from './run-program.ts';
import { servers } from './serve.ts';

const serve = servers();
const { value } = readComponentFile(join(REPOSITORY, 'dist/plugins/json.wasm'));
if (value === undefined) throw new Error();
export const file = value;
export const artifact = toArtifact(file);
export const [config = Buffer.of()] = artifact.blobs;
export const layerDigest = sha256(file.bytes);
export const manifestDigest = sha256(artifact.manifest);

export type Tagged = RegistryReference & { readonly tag: string };

interface Place {
  readonly registry: FakeRegistry;
  readonly host: string;
  /** With a tag that is there. */
  readonly reference: Tagged;
}

export async function place(isFilled = true): Promise<Place> {
  const registry = new FakeRegistry();
  const host = (await serve(registry.listener)).replace('http://', '');
  if (isFilled) {
    registry.blobs.set(layerDigest, Buffer.from(file.bytes));
    registry.blobs.set(sha256(config), Buffer.from(config));
    for (const name of ['1.0.0', manifestDigest])
      registry.manifests.set(name, Buffer.from(artifact.manifest));
  }
  return { registry, host, reference: { ...refer(`oci://${host}/a/b:1.0.0`), tag: '1.0.0' } };
}

export function refer(text: string): RegistryReference {
  const reference = parseRegistryReference(text);
  if (typeof reference === 'string') throw new Error(reference);
  return reference;
}

/** The digest of what was fetched, or why nothing was. */
export async function fetchIt(reference: RegistryReference): Promise<string> {
  const wanted = { mediaType: LAYER_TYPE, sizeMax: 1 << 24, onProgress: undefined };
  const found = await fetchArtifact(reference, wanted);
  return typeof found === 'string' ? found : sha256(found.bytes);
}

export const publish = (reference: Tagged, isForced = false) =>
  publishArtifact(reference, artifact, { isForced });
