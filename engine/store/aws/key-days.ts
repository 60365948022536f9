/*
 * Days in keys, as `2026/11/27/` or `2026-11-27/`, and as Hive has them, `year=2026/month=11/day=27/`: what was put in
 * a bucket today is not below a day of last year.
 */

const DAY = /(?:^|\/)(\w+=)?(\d{4})([-/])(\w+=)?(\d{2})\3(\w+=)?(\d{2})\//;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * For a path below a day that was over before `oldestMs` (since 1970, UTC), a path that is after all days before
 * that moment. `undefined` for any other path.
 */
export function skipOldDays(path: string, oldestMs: number): string | undefined {
  const found = DAY.exec(path);
  if (found === null) return undefined;
  const [whole, first = '', year, separator = '', second = '', month, third = '', day] = found;
  const endMs = Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS;
  if (endMs > oldestMs) return undefined;
  const [oldYear, oldMonth, oldDay] = new Date(oldestMs).toISOString().slice(0, 10).split('-');
  const parent = path.slice(0, found.index) + (whole.startsWith('/') ? '/' : '');
  return `${parent}${first}${oldYear}${separator}${second}${oldMonth}${separator}${third}${oldDay}`;
}
