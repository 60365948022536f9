/*
 * Schemas that are not ours: a plugin's for its init configuration. They are compiled when they are met,
 * which needs the whole of ajv: a file of its own, loaded only then. Nobody vouches for them: patterns are matched
 * by an engine of linear time, and compiling and validating together end when their time is over.
 */

import { Script } from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { LIMITS } from '../../base/limits.ts';
import { type Violation, violationsOf } from './validate.ts';
import type { YamlDocument } from './yaml-document.ts';

export type ForeignVerdict =
  | { readonly violations: readonly Violation[] }
  /** Why the schema cannot be used: it is not a valid schema, or takes too long. */
  | { readonly problem: string };

export function validateAgainstSchema(schema: unknown, yaml: YamlDocument): ForeignVerdict {
  try {
    return { violations: withinTime(() => validate(schema as object, yaml)) };
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      return { problem: `takes longer than ${LIMITS.foreignSchemaTimeMax.value} ms` };
    }
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function validate(schema: object, yaml: YamlDocument): Violation[] {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    inlineRefs: false,
    code: { regExp: linearRegExp },
  });
  return violationsOf(ajv.compile(schema), yaml);
}

interface LinearPattern {
  readonly test: (text: string) => boolean;
  readonly toString: () => string;
}

/** JSON Schema's patterns are searched for, not matched as a whole. */
const linearRegExp = Object.assign(
  (pattern: string): LinearPattern => {
    const compiled = RE2JS.compile(pattern);
    // ajv tells patterns apart by their text.
    return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
  },
  // Where ajv writes code to a file, it would need the name of a module; it never does here.
  { code: 'linearRegExp' },
);

/** Runs `work` here and now, and ends it when its time is over, in whatever it is. */
function withinTime<Result>(work: () => Result): Result {
  const context: { work: () => void; result: Result | undefined } = {
    result: undefined,
    work: () => {
      context.result = work();
    },
  };
  new Script('work()').runInNewContext(context, { timeout: LIMITS.foreignSchemaTimeMax.value });
  return context.result as Result;
}
