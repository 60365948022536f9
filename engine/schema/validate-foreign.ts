/*
 * Schemas that are not ours: a plugin's for its init configuration. They are compiled when they are met,
 * which needs the whole of ajv: a file of its own, loaded only then.
 */

import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Violation, violationsOf } from './validate.ts';
import type { YamlDocument } from './yaml-document.ts';

/** `undefined`: it is no schema. */
export function validateAgainstSchema(schema: object, yaml: YamlDocument): Violation[] | undefined {
  try {
    const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, logger: false });
    return violationsOf(ajv.compile(schema), yaml);
  } catch {
    return undefined;
  }
}
