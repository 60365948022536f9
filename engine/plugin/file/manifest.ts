import { LIMITS } from '../../base/limits.ts';
import type { FieldArgument, FieldProperties } from '../../event/field/field.ts';
import type { FieldType } from '../../event/field/field-type.ts';

/**
 * What a plugin says of itself: JSON in the custom section `tiercel:manifest` of its component,
 * valid under schemas/plugin-manifest.schema.json before anything else happens with the file.
 */
export interface Manifest {
  /** Names the plugin in configurations and rules: `[a-z0-9][a-z0-9_-]*`. */
  readonly name: string;
  /** major.minor.patch, compared with rules' `required_plugin_versions`. */
  readonly version: string;
  readonly description: string;
  readonly contact: string;
  /** SPDX expression. */
  readonly license: string;
  /** World and version of schemas/wit, such as `source-extractor-plugin@0.1.0`. */
  readonly world: string;
  readonly source: ManifestSource | undefined;
  readonly extractor: ManifestExtractor | undefined;
  /** JSON Schema of the init configuration; `undefined`: takes none. */
  readonly initConfigSchema: unknown;
  readonly capabilities: ManifestCapabilities;
  /** Name of the rules file that the plugin carries. */
  readonly rules: string | undefined;
  /** Names of the files with events that it carries, to be tried with. */
  readonly samples: readonly string[];
  /** Wanted limits by name (base/limits.ts); see `enforcedLimits`. */
  readonly limits: Readonly<Record<string, number>>;
}

export interface ManifestSource {
  /** The event source, such as `aws_cloudtrail`. */
  readonly name: string;
  /** Falco's registered plugin id, if it has one. */
  readonly id: number | undefined;
  /** `location`: a path or URL that the engine opens as the store root `input`. */
  readonly openParams: 'none' | 'location' | 'text';
  readonly openParamsDescription: string;
}

export interface ManifestExtractor {
  /** Event sources whose events it understands; `undefined`: any. */
  readonly sources: readonly string[] | undefined;
  readonly fields: readonly ManifestField[];
}

export interface ManifestField {
  readonly name: string;
  readonly type: FieldType;
  readonly isList: boolean;
  readonly argument: FieldArgument;
  readonly description: string;
  readonly properties: FieldProperties;
}

export interface ManifestCapabilities {
  /** Names of the store roots it reads; `input` is the location of its open parameters. */
  readonly store: readonly string[];
  /** The same for the queues that it receives from. */
  readonly queue: readonly string[];
  /** `optional`: the plugin works without it. */
  readonly clock: boolean | 'optional';
}

/** Limits enforced for a plugin. */
export interface EnforcedLimits {
  /** Bytes that each memory may grow to. */
  readonly memorySizeMax: number;
  readonly callTimeMaxMs: number;
  /** Instantiate, init, open and configure together. */
  readonly startTimeMaxMs: number;
}

/** A plugin may ask for less than the engine allows, never for more. */
export function enforcedLimits({ limits }: Manifest): EnforcedLimits {
  const lower = (name: 'callTimeMax' | 'startTimeMax'): number =>
    Math.min(limits[name] ?? Number.POSITIVE_INFINITY, LIMITS[name].value);
  const { memorySizeMax, memorySizeAskedMax } = LIMITS;
  return {
    memorySizeMax: Math.min(limits.memorySizeMax ?? memorySizeMax.value, memorySizeAskedMax.value),
    callTimeMaxMs: lower('callTimeMax'),
    startTimeMaxMs: lower('startTimeMax'),
  };
}
