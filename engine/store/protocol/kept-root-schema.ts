import * as v from 'valibot';
import { BUCKET_STATE } from '../aws/bucket-state-schema.ts';
import { FOLLOW_STATE } from '../follow/follow-state-schema.ts';

export const KEPT_ROOT = v.union([BUCKET_STATE, FOLLOW_STATE]);
