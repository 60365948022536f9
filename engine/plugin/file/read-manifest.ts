import { posix } from 'node:path';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { readJsonDocument } from '../../diagnostic/schema/json-document.ts';
import { validateAgainst } from '../../diagnostic/schema/validate.ts';
import type { YamlDocument } from '../../diagnostic/schema/yaml-document.ts';
import type { TextDocument } from '../../diagnostic/text-document.ts';
import type { Manifest, ManifestField } from './manifest.ts';

/** More are counted: who wrote a manifest that has so many does not read them. */
const VIOLATIONS_MAX = 20;

/** Manifest text → checked, frozen manifest; diagnostics point into the text. */
export function readManifest(document: TextDocument): Checked<Manifest> {
  const yaml = readJsonDocument(document);
  const diagnostics: Diagnostic[] = yaml.errors.map(({ message, span }) =>
    createDiagnostic('MANIFEST_SYNTAX', { message, primary: { document, span, text: 'here' } }),
  );
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  for (const { message, span, hint } of validateAgainst('plugin-manifest', yaml, VIOLATIONS_MAX)) {
    const primary = { document, span, text: 'here' };
    diagnostics.push(createDiagnostic('MANIFEST_SCHEMA', { message, hint, primary }));
  }
  if (diagnostics.length > 0) return { value: undefined, diagnostics };
  const manifest = toManifest(yaml.value as RawManifest);
  diagnostics.push(...contradictions(manifest, yaml));
  return { value: diagnostics.length > 0 ? undefined : manifest, diagnostics };
}

/** The JSON form, valid under the schema: keys with defaults may be absent. */
type RawManifest = Omit<
  Manifest,
  'source' | 'extractor' | 'capabilities' | 'limits' | 'initConfigSchema' | 'rules' | 'samples'
> & {
  readonly rules?: string;
  readonly samples?: readonly string[];
  readonly source?: NonNullable<Manifest['source']>;
  readonly extractor?: {
    readonly sources?: readonly string[];
    readonly fields: readonly (Pick<ManifestField, 'name' | 'type' | 'description'> &
      Partial<ManifestField>)[];
  };
  readonly initConfigSchema?: unknown;
  readonly capabilities: Partial<Manifest['capabilities']>;
  readonly limits?: Manifest['limits'];
};

function toManifest(raw: RawManifest): Manifest {
  return Object.freeze({
    name: raw.name,
    version: raw.version,
    description: raw.description,
    contact: raw.contact,
    license: raw.license,
    world: raw.world,
    source: raw.source === undefined ? undefined : { ...raw.source, id: raw.source.id },
    extractor:
      raw.extractor === undefined
        ? undefined
        : {
            sources: raw.extractor.sources,
            fields: raw.extractor.fields.map((field) => ({
              name: field.name,
              type: field.type,
              isList: field.isList ?? false,
              argument: field.argument ?? { kind: 'none' as const, required: false },
              description: field.description,
              properties: field.properties ?? {},
            })),
          },
    initConfigSchema: raw.initConfigSchema,
    capabilities: {
      store: raw.capabilities.store ?? [],
      queue: raw.capabilities.queue ?? [],
      clock: raw.capabilities.clock ?? false,
    },
    rules: raw.rules,
    samples: raw.samples ?? [],
    limits: raw.limits ?? {},
  });
}

function contradictions(manifest: Manifest, yaml: YamlDocument): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const add = (message: string, path: (string | number)[], hint: string): void => {
    const primary = { document: yaml.document, span: yaml.spanOf(path), text: 'here' };
    diagnostics.push(createDiagnostic('MANIFEST_INCONSISTENT', { message, primary, hint }));
  };
  const world = manifest.world.split('@')[0] ?? '';
  for (const part of ['source', 'extractor'] as const) {
    const isWanted = world.includes(part);
    if (isWanted === (manifest[part] !== undefined)) continue;
    const message = isWanted
      ? `the world \`${world}\` has a ${part}, the manifest describes none`
      : `the manifest describes a ${part}, the world \`${world}\` has none`;
    add(message, ['world'], isWanted ? `add \`"${part}"\`` : `remove \`"${part}"\``);
  }
  const samples = manifest.samples.map((path) => posix.basename(path));
  for (const [index, name] of samples.entries()) {
    if (samples.indexOf(name) === index) continue;
    add(
      `two samples have the name \`${name}\``,
      ['samples', index],
      'give one of them another name',
    );
  }
  const seen = new Set<string>();
  for (const [index, { name }] of (manifest.extractor?.fields ?? []).entries()) {
    if (seen.has(name)) {
      add(
        `field \`${name}\` is listed twice`,
        ['extractor', 'fields', index, 'name'],
        'remove one',
      );
    }
    seen.add(name);
  }
  return diagnostics;
}
