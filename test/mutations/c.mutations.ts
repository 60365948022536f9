import { tryMutations } from './mutations.ts';

tryMutations('c', 1);
