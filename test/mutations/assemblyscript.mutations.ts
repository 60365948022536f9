import { tryMutations } from './mutations.ts';

tryMutations('assemblyscript', 1);
