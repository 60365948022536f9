// The parts of a manifest that the SDK reads; schemas/plugin-manifest.schema.json has them all.

export interface ManifestField {
  readonly name: string;
  readonly type: string;
  readonly isList?: boolean;
  readonly properties?: { readonly isUnique?: boolean };
}

export interface Manifest {
  readonly name: string;
  readonly source?: { readonly name: string };
  readonly extractor?: { readonly fields: readonly ManifestField[] };
}
