/* Alerts by the time of their events, as bars by priority. */

import type { PageAlert } from './alerts.ts';
import { byId, clockText, countOf, LEVELS, levelOf, make, makeSvg } from './dom.ts';

const BARS = 90;
const HEIGHT = 48;
const GAP = 0.15;

export function drawTimeline(alerts: readonly PageAlert[]): void {
  const place = byId('timeline');
  place.hidden = alerts.length === 0;
  if (alerts.length === 0) return;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { time } of alerts) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const bars = countBars(alerts, first, last);
  const most = Math.max(...bars.map((bar) => bar.reduce((sum, count) => sum + count, 0)));
  const svg = makeSvg('svg', {
    viewBox: `0 0 ${BARS} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `${countOf(alerts.length, 'alert')} from ${clockText(first)} to ${clockText(last)} UTC`,
  });
  for (const [index, bar] of bars.entries()) {
    let top = HEIGHT;
    for (const [at, level] of LEVELS.entries()) {
      const height = ((bar[at] ?? 0) / most) * HEIGHT;
      if (height === 0) continue;
      top -= height;
      const place = { x: String(index), y: String(top), width: String(1 - GAP) };
      svg.append(makeSvg('rect', { ...place, height: String(height), class: level }));
    }
  }
  const ends = make('div', '', 'ends');
  ends.append(make('span', clockText(first)), make('span', clockText(last)));
  place.replaceChildren(svg, ends);
}

/** For each bar the counts by level. */
function countBars(alerts: readonly PageAlert[], first: number, last: number): number[][] {
  const bars = Array.from({ length: BARS }, () => LEVELS.map(() => 0));
  const span = Math.max(1, last - first + 1);
  for (const { time, priority } of alerts) {
    const bar = bars[Math.min(BARS - 1, Math.floor(((time - first) * BARS) / span))];
    const level = LEVELS.indexOf(levelOf(priority));
    if (bar !== undefined) bar[level] = (bar[level] ?? 0) + 1;
  }
  return bars;
}
