/* Numbers as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 alert`, `2 alerts`. `plural`: where it is not the noun with an `s`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

const RATE_DIGITS = 3;

/** Three digits: more would be noise. */
export function formatRate(rate: number): string {
  return formatCount(Number(rate.toPrecision(RATE_DIGITS)));
}
