/* What a followed bucket’s state looks like on disk: see bucket-state.ts. */

import * as v from 'valibot';
import { COUNT, orAbsent, TIME_TEXT } from '../../base/own-json.ts';

const KEPT_OBJECT = v.object({ path: v.string(), size: COUNT, modifiedNs: TIME_TEXT });

export const BUCKET_STATE = v.object({
  lastNumber: COUNT,
  runs: v.array(v.object({ ...KEPT_OBJECT.entries, number: COUNT })),
  unread: v.array(KEPT_OBJECT),
  sweep: v.object({
    knownMs: orAbsent(COUNT),
    known: v.record(v.string(), COUNT),
    startMs: orAbsent(COUNT),
    isFull: v.boolean(),
    path: v.string(),
  }),
});
