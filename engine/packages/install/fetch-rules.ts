/*
 * A reference → the text of a rules file, and the signature of it. In a registry it is Falco’s artifact of rules: a
 * layer that is a gzipped tar with the file in it, and a config with name and version. Ours has the signature as an
 * annotation.
 */

import { basename, extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar, type ParsedTarFileItem } from 'nanotar';
import { readGzippedTar } from '../../base/gzipped-tar.ts';
import { fieldsOf } from '../../base/json-fields.ts';
import { LIMITS } from '../../base/limits.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import type { SignedBytes } from '../trust/judge-signature.ts';
import { readSignedRules } from '../trust/signed-file.ts';
import { failed, fetchBytes, type OnProgress } from './fetch-plugin.ts';
import { UNKNOWN_VERSION } from './judge-signer.ts';
import type { Reference, RegistryReference } from './reference.ts';
import { type Artifact, artifactOf, type NewArtifact } from './registry/artifact.ts';
import { fetchArtifact } from './registry/registry.ts';

export const RULES_CONFIG_TYPE = 'application/vnd.cncf.falco.rulesfile.config.v1+json';
export const RULES_LAYER_TYPE = 'application/vnd.cncf.falco.rulesfile.layer.v1+tar.gz';
/** Annotation of the layer: a .minisig of the file in it. */
const SIGNATURE_ANNOTATION = 'tiercel.minisig';
/** Bytes of a rules file, and of the layer with it. */
const RULES_SIZE_MAX = LIMITS.installedRulesSizeMax.value;
/** Headers of a tar and what fills it up. */
const TAR_SIZE_MAX = RULES_SIZE_MAX + (1 << 20);
const IS_RULES_FILE = /\.ya?ml$/;

export interface FetchedRules {
  readonly read: SignedBytes;
  readonly from: string;
  /** What it is called where it comes from. */
  readonly name: string;
  readonly version: string;
}

export async function fetchRules(
  reference: Reference,
  onProgress: OnProgress,
): Promise<Checked<FetchedRules>> {
  if (reference.kind === 'registry') return fetchFromRegistry(reference, onProgress);
  const { value: fetched, diagnostics } = await fetchBytes(reference, {
    readFile: readSignedRules,
    sizeMax: RULES_SIZE_MAX,
    onProgress,
  });
  if (fetched === undefined) return { value: undefined, diagnostics };
  const path = reference.kind === 'file' ? reference.path : reference.url.pathname;
  const name = basename(path, extname(path));
  return { value: { ...fetched, name, version: UNKNOWN_VERSION }, diagnostics: [] };
}

async function fetchFromRegistry(
  reference: RegistryReference,
  onProgress: OnProgress,
): Promise<Checked<FetchedRules>> {
  const wanted = { mediaType: RULES_LAYER_TYPE, sizeMax: RULES_SIZE_MAX, onProgress };
  const found = await fetchArtifact(reference, wanted);
  if (typeof found === 'string') return failed(found);
  const { text: from } = found.reference;
  const bytes = unpack(found.bytes);
  if (typeof bytes === 'string') return failed(`${from} ${bytes}`);
  const { [SIGNATURE_ANNOTATION]: signature } = found.annotations;
  const { name, version } = fieldsOf(found.config);
  const value = {
    read: { bytes, detached: typeof signature === 'string' ? signature : undefined },
    from,
    name: typeof name === 'string' ? name : (reference.repository.split('/').at(-1) ?? ''),
    version: typeof version === 'string' ? version : (reference.tag ?? UNKNOWN_VERSION),
  };
  return { value, diagnostics: [] };
}

/** The rules file in it; a text says what is there instead. */
function unpack(layer: Uint8Array): Uint8Array | string {
  let files: readonly ParsedTarFileItem[];
  try {
    files = readGzippedTar(layer, TAR_SIZE_MAX);
  } catch (error) {
    return `has no gzipped tar: ${error instanceof Error ? error.message : String(error)}`;
  }
  const rules = files.filter(({ name, type }) => type === 'file' && IS_RULES_FILE.test(name));
  const [file, another] = rules;
  if (file?.data === undefined || another !== undefined)
    return `has ${rules.length} rules files, expected one`;
  return Uint8Array.from(file.data);
}

export interface RulesToPublish {
  readonly name: string;
  readonly version: string;
  readonly read: SignedBytes;
}

/** The same bytes of the same file. */
export function toRulesArtifact({ name, version, read }: RulesToPublish): Artifact {
  const tar = createTar([
    { name: `${name}.yaml`, data: read.bytes, attrs: { mode: '644', uid: 0, gid: 0, mtime: 0 } },
  ]);
  const wanted: NewArtifact = {
    configType: RULES_CONFIG_TYPE,
    config: { name, version },
    layerType: RULES_LAYER_TYPE,
    layer: gzipSync(tar, { level: 9 }),
    layerAnnotations: {
      'org.opencontainers.image.title': `${name}-${version}.tar.gz`,
      ...(read.detached !== undefined && { [SIGNATURE_ANNOTATION]: read.detached }),
    },
    annotations: {
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.version': version,
    },
  };
  return artifactOf(wanted);
}

/** What is wrong with a name for rules. */
export function findNameFault(name: string): Checked<string> {
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name)) return { value: name, diagnostics: [] };
  const message = `\`${name}\` is no name for rules: small letters, digits, - and _`;
  const hint = 'give it one with --name';
  return {
    value: undefined,
    diagnostics: [createDiagnostic('INSTALL_REFERENCE', { message, hint })],
  };
}
