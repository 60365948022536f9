/* Entry of the thread in which rules are read again: whatever they cost, the main thread watches on. */

import { catalogOf } from '../../event/field/field-catalog.ts';
import { openWorkerPort } from '../../worker/open-worker-port.ts';
import { loadRules } from './load-all.ts';
import type { RulesAnswer, RulesRequest } from './load-rules-apart.ts';

const main = openWorkerPort<RulesRequest, RulesAnswer>();
main.begin(({ config, plugins, fields, hasProblems }) => {
  const catalogs = new Map(
    [...fields].map(([source, ofSource]) => [source, catalogOf(source, ofSource)]),
  );
  main.post(loadRules(config, { plugins, catalogs, hasProblems }));
});
