import { engineFields } from './engine-fields.ts';
import type { Field } from './field.ts';

/** What can be asked of the events of one source. */
export interface FieldCatalog {
  readonly source: string;
  readonly fields: readonly Field[];
  readonly find: (name: string) => Field | undefined;
  /** The field with the longest name that `text` begins with. */
  readonly findPrefix: (text: string) => Field | undefined;
}

/** Fields of plugins and of the engine; a plugin may compute one of the engine's itself. */
export function createFieldCatalog(
  source: string,
  pluginFields: readonly Field[],
  staticFields: Readonly<Record<string, string>>,
): FieldCatalog {
  const byName = new Map<string, Field>();
  for (const field of [...engineFields(staticFields), ...pluginFields])
    byName.set(field.name, field);
  return catalogOf(source, [...byName.values()]);
}

/** A catalogue of exactly these fields. */
export function catalogOf(source: string, fields: readonly Field[]): FieldCatalog {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const longestFirst = fields.toSorted((a, b) => b.name.length - a.name.length);
  return Object.freeze({
    source,
    fields: Object.freeze([...fields]),
    find: (name: string) => byName.get(name),
    findPrefix: (text: string) => longestFirst.find(({ name }) => text.startsWith(name)),
  });
}
