/* What a followed location’s state looks like on disk: see follow-state.ts. */

import * as v from 'valibot';
import { BASE64, COUNT, orAbsent } from '../../base/own-json.ts';
import { FATES, NO_TAIL } from './file-values.ts';

/** Earlier versions kept no tail. */
const TAIL = v.pipe(
  v.object({ end: COUNT, bytes: BASE64 }),
  v.check((tail) => tail.bytes.length <= tail.end),
);

const KNOWN_FILE = v.object({
  id: v.string(),
  path: v.string(),
  knownAs: v.string(),
  fate: v.picklist(FATES),
  isAside: v.fallback(v.boolean(), false),
  isCompressed: v.fallback(orAbsent(v.boolean()), undefined),
  head: BASE64,
  tail: v.fallback(TAIL, NO_TAIL),
  size: COUNT,
  progress: v.object({
    offset: COUNT,
    lines: COUNT,
    seenEnd: COUNT,
    isRestGiven: v.fallback(v.boolean(), false),
  }),
});

const KEPT_RUN = v.object({
  number: COUNT,
  file: COUNT,
  start: COUNT,
  startLines: COUNT,
  end: orAbsent(COUNT),
  waypoints: v.array(v.object({ bytes: COUNT, lines: COUNT })),
});

export const FOLLOW_STATE = v.pipe(
  v.object({ files: v.array(KNOWN_FILE), runs: v.array(KEPT_RUN), lastNumber: COUNT }),
  v.check(({ files, runs }) => runs.every((run) => run.file < files.length)),
);
