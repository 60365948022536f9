/* Runs one target in a thread of its own, one number after the other, and says at which it is. */

import { parentPort, workerData } from 'node:worker_threads';
import { fuzzAnswers } from './answers.ts';
import { fuzzComponents } from './components.ts';
import { fuzzHostCalls } from './host-calls.ts';
import { fuzzProcessMessages } from './process-messages.ts';
import { Random } from './random.ts';
import { fuzzRequests } from './requests.ts';

/** One run; answers what became of it in a few words. Whatever it throws is a failure. */
export type Fuzz = (random: Random) => string | Promise<string>;

interface Task {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  /** Contents of files that are mutated. */
  readonly samples: readonly Uint8Array[];
  /** Word 0: the run that is going on. */
  readonly progress: SharedArrayBuffer;
}

const TARGETS: Readonly<Record<string, (samples: readonly Uint8Array[]) => Fuzz | Promise<Fuzz>>> =
  {
    components: fuzzComponents,
    answers: fuzzAnswers,
    'host-calls': fuzzHostCalls,
    requests: fuzzRequests,
    'process-messages': fuzzProcessMessages,
  };

async function run({ target, seed, from, count, samples, progress }: Task): Promise<void> {
  const words = new Int32Array(progress);
  const create = TARGETS[target];
  if (create === undefined) throw new Error(`no target ${target}`);
  const fuzz = await create(samples);
  const globals = Object.getOwnPropertyNames(globalThis).length;
  let outcomes = new Map<string, number>();
  const tell = (): void => {
    parentPort?.postMessage({ kind: 'outcomes', outcomes });
    outcomes = new Map();
  };
  for (let index = from; index < count; index++) {
    Atomics.store(words, 0, index);
    try {
      const outcome = await fuzz(new Random(Math.imul(seed, 0x9e3779b1) + index));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (Object.getOwnPropertyNames(globalThis).length !== globals)
        throw new Error('code has run');
      if (Object.keys(Object.prototype).length > 0) throw new Error('a prototype was changed');
    } catch (error) {
      const said = error instanceof Error ? error.stack : String(error);
      parentPort?.postMessage({ kind: 'failure', index, said });
      return;
    }
    if (index % 500 === 499) tell();
  }
  tell();
  parentPort?.postMessage({ kind: 'done' });
}

void run(workerData as Task);
