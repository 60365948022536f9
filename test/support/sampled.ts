/**
 * Every `step`th row, and all of them in `npm run test:all`: for tables whose rows each start the program, and are much
 * alike. A file that has this is one of those that `npm run test:all` runs.
 */
export function sampled<Row>(rows: readonly Row[], step: number): Row[] {
  return rows.filter((_, index) => index % stepOf(step) === 0);
}

/** This is `npm run test:all`. */
export const IS_WHOLE = process.env.TEST_ALL === '1';

/** So many random runs, and in `npm test` a quarter of them. */
export function runsOf(count: number): number {
  return IS_WHOLE ? count : Math.ceil(count / 4);
}

/** The same for tables with an order of their own. */
export function stepOf(step: number): number {
  return IS_WHOLE ? 1 : step;
}
