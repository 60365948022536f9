/* Some of the broken plugins; `npm run mutations` tries all. */

import { tryMutations } from '../mutations/mutations.ts';

tryMutations('assemblyscript', 8);
tryMutations('c', 8);
