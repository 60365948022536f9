/* The keys of a JSON Schema for a configuration, with the path of each. */

/**
 * @typedef {{ path: string, parent: string, name: string, schema: Record<string, any> }} SchemaKey
 * `path` is `streams[].follow`, `parent` the path without the name: `streams[]`.
 */

/** All keys in the order of the schema, a key before those inside of it. @returns {SchemaKey[]} */
export function keysOf(schema) {
  const keys = [];
  visit(schema, '', keys);
  return keys;
}

function visit(schema, parent, keys) {
  for (const [name, own] of Object.entries(schema.properties ?? {})) {
    const path = parent === '' ? name : `${parent}.${name}`;
    if (!keys.some((key) => key.path === path)) keys.push({ path, parent, name, schema: own });
    visitInside(own, path, keys);
  }
}

function visitInside(schema, path, keys) {
  visit(schema, path, keys);
  if (schema.items !== undefined) visitInside(schema.items, `${path}[]`, keys);
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
    visitInside(branch, path, keys);
}
