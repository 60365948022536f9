/*
 * Rules that are read again while a run goes on: in a thread of their own, with a deadline and with so much memory.
 * What goes wrong there is an error of the rules, and those before stay in use.
 */

import { guarded } from '../../base/guard.ts';
import { LIMITS } from '../../base/limits.ts';
import { createDiagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import type { Field } from '../../event/field/field.ts';
import { ThreadWorker } from '../../worker/thread-worker.ts';
import type { LoadedRuleset, RulesConfig, RulesPlugins } from './load-all.ts';
import type { LoadedPlugins } from './load-plugins.ts';

export const RULES_ENTRY = 'run/load/rules-worker.js';

export interface RulesRequest {
  readonly config: RulesConfig;
  readonly plugins: RulesPlugins['plugins'];
  /** By event source. */
  readonly fields: ReadonlyMap<string, readonly Field[]>;
  readonly hasProblems: boolean;
}

export type RulesAnswer = LoadedRuleset;

/** Resolves to what was read, or to why it was not. */
export async function loadRulesApart(
  { rulesFiles, addedRules, ruleLoad, arePluginsMissing }: RulesConfig,
  loaded: LoadedPlugins,
): Promise<LoadedRuleset> {
  const request: RulesRequest = {
    config: { rulesFiles, addedRules, ruleLoad, arePluginsMissing },
    plugins: loaded.plugins.map(({ file: { manifest, attachments } }) => ({
      file: { manifest, attachments },
    })),
    fields: new Map([...loaded.catalogs].map(([source, { fields }]) => [source, fields])),
    hasProblems: hasErrors(loaded.diagnostics),
  };
  const worker = new ThreadWorker(RULES_ENTRY, LIMITS.rulesMemoryMax.value);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<LoadedRuleset>((resolve) => {
      const refuse = (message: string): void => resolve(refusal(message));
      const late = `reading them takes more than ${LIMITS.rulesTimeMax.value} ms`;
      timer = setTimeout(() => refuse(late), LIMITS.rulesTimeMax.value);
      worker.listen({
        onMessage: guarded(
          'rules-read',
          (answer) => resolve(answer as RulesAnswer),
          ({ message }) => refuse(message),
        ),
        onEnd: ({ message }) => refuse(message),
      });
      worker.post(request, []);
    });
  } finally {
    clearTimeout(timer);
    await worker.end();
  }
}

function refusal(message: string): LoadedRuleset {
  const diagnostic = createDiagnostic('RULES_TOO_LARGE', { message: `rules: ${message}` });
  const items = { rules: [], macros: [], lists: [] };
  const rulesetLoad = { rules: [], results: [], requirementErrors: [], diagnostics: [], items };
  return { documents: [], rulesetLoad, diagnostics: [diagnostic] };
}
