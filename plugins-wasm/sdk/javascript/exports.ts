// The exports of a component as componentize-js takes them: functions that are called without the object they are of.

import { write as log } from 'tiercel:plugin/log@0.1.0';

type Methods = Record<string, (...args: never[]) => unknown>;

/** What a function throws otherwise than as an error of the interface is logged before it becomes a trap. */
export function exported<Part extends object>(
  part: Part,
  names: readonly (keyof Part & string)[],
): Part {
  const methods = part as unknown as Methods;
  const functions = names.map((name) => [
    name,
    (...args: never[]) => {
      try {
        return methods[name]?.apply(part, args);
      } catch (error) {
        if ((error as { payload?: unknown }).payload === undefined)
          log('error', `${name}: ${describe(error)}`);
        throw error;
      }
    },
  ]);
  return Object.fromEntries(functions) as Part;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
}
