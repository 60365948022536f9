/*
 * Whole runs of the built program, in which the processes of plugins are not the product's any more: MESSAGES says how
 * many messages they send, EXTRACTOR_RUNS how many runs have a hostile extractor, SEED where it begins.
 */

import { expect, it } from 'vitest';
import { HostileModel, type Measured } from '../support/hostile-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const MESSAGES = Number(process.env.MESSAGES ?? 1_000_000);
const EXTRACTOR_RUNS = Number(process.env.EXTRACTOR_RUNS ?? 100);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const model = new HostileModel(scratchFolder('hostile-soak'));

const mib = (size: number): number => Math.round(size / 2 ** 20);

function tell(what: string, { held, peak, stillMs }: Measured): void {
  const memory = `${mib(held)} MiB held more than in an honest run, ${mib(peak)} MiB in all`;
  console.log(`${what}, seed ${SEED}: at most ${memory}, ${Math.round(stillMs)} ms without a turn`);
}

it(`${MESSAGES} messages of hostile sources: the engine lives, and the others have their alerts`, async () => {
  const worst = await model.sources(MESSAGES, SEED);
  tell(`${worst.hostileEvents} hostile events`, worst);
  expect(worst.hostileEvents).toBeGreaterThan(0);
});

it(`${EXTRACTOR_RUNS} runs with a hostile extractor: the engine lives, and the others have their alerts`, async () => {
  tell(`${EXTRACTOR_RUNS} runs`, await model.extractors(EXTRACTOR_RUNS, SEED));
});
