/* How fluent the page is while alerts come fast: prints a figure, and asserts nothing about time. */

import { afterAll, expect, it } from 'vitest';
import { AlertTail } from '../../engine/service/alert-tail.ts';
import { WebServer } from '../../engine/service/web-server.ts';
import { Chromium, findChromium } from '../support/chromium.ts';
import { serviceStatus } from '../support/service-status.ts';
import { someAlerts } from '../support/some-alerts.ts';

const ALERTS_PER_SECOND = 1_000;
const STEP_MS = 20;
const MEASURED_MS = 10_000;

const browser = findChromium() === undefined ? undefined : new Chromium(findChromium() ?? '');
afterAll(() => browser?.close());

it.skipIf(browser === undefined)('frames of the page with 1,000 alerts a second', async () => {
  const tail = new AlertTail({ channel: 0 });
  const server = new WebServer({
    ...{ address: '127.0.0.1', port: 0, healthPath: '/healthz', hasMetrics: true, hasPage: true },
    ...{ certificateFile: undefined, tail, status: serviceStatus },
  });
  await browser?.open(await server.open(), { width: 1280, height: 800 });
  let from = 1;
  const body = '{"message":"somebody did it","fields":{"ct.user":"eve","ct.srcip":"192.0.2.7"}}';
  const timer = setInterval(() => {
    const count = (ALERTS_PER_SECOND * STEP_MS) / 1_000;
    const alerts = someAlerts(from, count).map((alert) => ({ ...alert, channels: [body] }));
    tail.add(alerts.map((alert, at) => ({ ...alert, time: BigInt(Date.now() + at) * 1_000_000n })));
    from += count;
  }, STEP_MS);
  const pauses = await browser?.evaluate<number[]>(`new Promise((resolve) => {
    const pauses = [];
    let last = performance.now();
    const end = last + ${MEASURED_MS};
    const step = (now) => {
      pauses.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(step);
      else resolve(pauses);
    };
    requestAnimationFrame(step);
  })`);
  clearInterval(timer);
  await server.close();
  const sorted = (pauses ?? []).toSorted((a, b) => a - b);
  expect(sorted.length).toBeGreaterThan(0);
  const at = (share: number): string =>
    `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0)} ms`;
  console.log(
    `${sorted.length} frames in ${MEASURED_MS / 1_000} s: median ${at(0.5)}, 95 % below ${at(0.95)}, longest ${at(1 - 1e-9)}`,
  );
});
