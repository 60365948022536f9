/* Some of the broken plugins; `npm run mutations` tries all. */

import { tryMutations } from '../mutations/mutations.ts';

tryMutations('assemblyscript', 12);
tryMutations('c', 12);
