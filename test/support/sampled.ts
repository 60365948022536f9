/**
 * All rows with TEST_ALL=1, as `npm run matrix` has it; else every `step`th: for tables whose rows each start the
 * program, and are much alike.
 */
export function sampled<Row>(rows: readonly Row[], step: number): Row[] {
  return rows.filter((_, index) => process.env.TEST_ALL === '1' || index % step === 0);
}
