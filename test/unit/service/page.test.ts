/* The page for the person on duty, in a browser, where there is one. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../../engine/detect/alert/alert.ts';
import { AlertTail } from '../../../engine/service/alert-tail.ts';
import { WebServer } from '../../../engine/service/web-server.ts';
import { Chromium, findChromium } from '../../support/chromium.ts';
import { serviceStatus } from '../../support/service-status.ts';
import { someAlerts } from '../../support/some-alerts.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const program = findChromium();
/** Names of pictures, to look at by hand: TEST_PICTURES=FOLDER. */
const pictures = process.env.TEST_PICTURES;

/** What an attacker would like to have run in the browser of the person on duty. */
const HOSTILE = [
  '<script>globalThis.hacked = 1</script>',
  '<img src=x onerror="globalThis.hacked = 2">',
  '"><svg onload="globalThis.hacked = 3">',
  'javascript:globalThis.hacked=4',
  '{{constructor.constructor("globalThis.hacked = 5")()}}',
  '</script><script>globalThis.hacked = 6</script>',
  '</textarea><iframe srcdoc="<script>parent.hacked = 7</script>">',
  "';globalThis.hacked=8;//",
  '\u202e\u0000\u2028<b>',
];

function createServer(): WebServer {
  const failure = {
    ...{ stream: 'production', plugin: 'p', kind: 'trap', atStart: false },
    reason: HOSTILE[1] ?? '',
  };
  return new WebServer({
    ...{ address: '127.0.0.1', port: 0, healthPath: '/healthz', hasMetrics: true, hasPage: true },
    certificateFile: undefined,
    tail: new AlertTail({ channel: 1 }),
    status: () => serviceStatus({ name: HOSTILE[0] ?? '', failure }),
  });
}

describe.skipIf(program === undefined)('the page', () => {
  let browser: Chromium;
  let server: WebServer;
  let url: string;
  beforeAll(async () => {
    browser = new Chromium(program ?? '');
    server = createServer();
    url = await server.open();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const shown = (selector: string): Promise<string[]> =>
    browser.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.textContent)`,
    );
  const picture = async (name: string): Promise<void> => {
    if (pictures !== undefined)
      writeFileSync(`${pictures}/${name}.png`, await browser.screenshot());
  };
  const hostileAlerts: Alert[] = HOSTILE.flatMap((text, index) => {
    const [alert] = someAlerts(index + 1);
    if (alert === undefined) return [];
    const lines = [text, JSON.stringify({ output: text, rule: text })];
    return lines.map((line) => ({ ...alert, rule: text, source: text, line }));
  });

  it('shows alerts as they come, the latest first, and nothing of them runs', async () => {
    await browser.open(url);
    await browser.until('document.getElementById("state").textContent.includes("alerts")');
    server.tail.add(hostileAlerts);
    await browser.until(
      `document.querySelectorAll("#rows .row").length === ${hostileAlerts.length}`,
    );
    expect((await shown('#rows .row .rule')).slice(0, 2)).toEqual([HOSTILE.at(-1), HOSTILE.at(-1)]);
    for (let turn = 0; turn < hostileAlerts.length; turn++) {
      await browser.press('j');
      await browser.press('Enter');
    }
    await browser.until('document.querySelector("#detail.shown pre")');
    for (const part of ['2', '3', '4', '5']) await browser.press(part);
    expect((await shown('#streams td'))[0]).toBe(HOSTILE[0]);
    expect(await shown('#streams td')).toContain(`given up: ${HOSTILE[1]}`);
    expect(await shown('#trouble button')).toContain(`${HOSTILE[0]}: given up: ${HOSTILE[1]}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await browser.evaluate('String(globalThis.hacked)')).toBe('undefined');
    const foreign =
      'document.querySelectorAll("img, iframe, #rows svg, #rows b, #detail b, #trouble svg").length';
    expect(await browser.evaluate(foreign)).toBe(0);
    expect(browser.said).toEqual([]);
    await browser.press('1');
    await picture('alerts');
  });

  it('shows trouble first, at the tabs too', async () => {
    const troubles = await shown('#trouble button');
    expect(troubles[0]).toBe('9 alerts not delivered to http https://siem.example.com/');
    expect(troubles).toContain(`${HOSTILE[0]}: 2 parts of the input not read`);
    expect(troubles).toContain('plugin cloudtrail is switched off: too many faults');
    expect(await browser.evaluate('document.title')).toBe('(!) Tiercel');
    expect(await shown('.tabs .mark')).toEqual(['2', '1', '1', '2']);
    await browser.evaluate('document.querySelector("#trouble button").click()');
    expect(await browser.evaluate('document.querySelector("section.shown").id')).toBe('outputs');
    expect(await shown('#faults td')).toContain('a.json:7: not JSON: expected a value');
    await browser.press('1');
  });

  it('shows fields, rule, who and from where, whatever the outputs get', async () => {
    const [alert] = someAlerts(1);
    if (alert === undefined) throw new Error('no alert');
    const fields = { 'ct.srcip': '192.0.2.7', 'ct.user': 'eve', 'ct.error': null };
    const body = JSON.stringify({ message: 'somebody logged in', fields });
    const line = 'CEF:0|Tiercel';
    server.tail.add([{ ...alert, rule: 'a "rule"', line, channels: [false, body] }]);
    const last = '#rows .row:first-child';
    await browser.until(`document.querySelector("${last} .who").textContent === "eve"`);
    expect(await shown(`${last} .where`)).toEqual(['192.0.2.7']);
    expect(await shown(`${last} .text`)).toEqual(['somebody logged in']);
    await browser.evaluate(`document.querySelector("${last}").click()`);
    await browser.until('document.getElementById("detail").textContent.includes("did something")');
    expect(await shown('#detail .tag')).toEqual(['login', 'T1059.004']);
    expect(await shown('#detail dt, #detail dd')).toEqual([
      ...['ct.srcip', '192.0.2.7', 'ct.user', 'eve', 'ct.error', '–'],
    ]);
    expect(await shown('#detail pre')).toEqual([line]);
    // From the alert to its rule, and back to the alerts of it.
    await browser.evaluate('document.querySelectorAll("#detail .link")[1].click()');
    expect(await shown('#rules tr.found button')).toEqual(['a "rule"']);
    await browser.evaluate('document.querySelector("#rules tr.found button").click()');
    await browser.until('document.querySelectorAll("#rows .row").length === 1');
    expect(await shown('#only')).toEqual(['rule: a "rule" ×']);
    await browser.evaluate('document.getElementById("only").click()');
    await browser.until('document.querySelectorAll("#rows .row").length > 1');
  });

  it('closes the details by button, by a second tap, and with Esc', async () => {
    const isOpen = (): Promise<boolean> =>
      browser.evaluate('document.getElementById("detail").classList.contains("shown")');
    const tap = (): Promise<void> =>
      browser.evaluate('document.querySelector("#rows .row").click()');
    await tap();
    expect(await isOpen()).toBe(true);
    await tap();
    expect(await isOpen()).toBe(false);
    await tap();
    await browser.evaluate('document.querySelector("#detail .close").click()');
    expect(await isOpen()).toBe(false);
    await tap();
    await browser.press('Escape');
    expect(await isOpen()).toBe(false);
  });

  it('has bars by time and priority above the list', async () => {
    // Drawn behind the list, which was filtered to one alert before.
    await browser.until(
      '/^\\d+ alerts from 2026-01-01 .* UTC$/.test(document.querySelector("#timeline svg").getAttribute("aria-label"))',
    );
    expect(await browser.evaluate('document.querySelectorAll("#timeline rect").length > 0')).toBe(
      true,
    );
  });

  it('can be filtered by words and priority', async () => {
    const [alert] = someAlerts(1);
    if (alert === undefined) throw new Error('no alert');
    server.tail.add([
      { ...alert, rule: 'Root login', priority: 'Critical', line: 'root from 1.2.3.4' },
      { ...alert, rule: 'Console login', priority: 'Notice', line: 'eve from 1.2.3.4' },
    ]);
    await browser.until('document.getElementById("rows").textContent.includes("Root login")');
    const filter = (text: string, least = 7): Promise<void> =>
      browser.evaluate(`(() => {
        document.getElementById('filter').value = ${JSON.stringify(text)};
        document.getElementById('least').value = '${least}';
        document.getElementById('filter').dispatchEvent(new Event('input'));
        return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      })()`);
    await filter('LOGIN 1.2.3.4');
    expect(await shown('#rows .row .rule')).toEqual(['Console login', 'Root login']);
    await filter('login -root');
    expect(await shown('#rows .row .rule')).toEqual(['Console login']);
    await filter('login', 2);
    expect(await shown('#rows .row .rule')).toEqual(['Root login']);
    await filter('');
  });

  it('is used with keys alone', async () => {
    await browser.press('/');
    expect(await browser.evaluate('document.activeElement.id')).toBe('filter');
    await browser.press('Escape');
    await browser.press('p');
    server.tail.add(someAlerts(77_777));
    await browser.until('document.getElementById("count").textContent.includes("1 came since")');
    expect(await shown('#rows .row .text')).not.toContain('77777');
    await browser.press('p');
    await browser.until('document.querySelector("#rows .row .text").textContent === "77777"');
    await browser.press('3');
    expect(await browser.evaluate('document.querySelector("section.shown").id')).toBe('rules');
    await browser.press('?');
    expect(await browser.evaluate('document.getElementById("keys").open')).toBe(true);
    await browser.press('Escape');
    await browser.evaluate('document.getElementById("keys").close()');
    await browser.press('1');
  });

  it('holds ten thousand alerts, and draws only those that can be seen', async () => {
    for (let from = 1; from <= 12_000; from += 2_000) server.tail.add(someAlerts(from, 2_000));
    await browser.until('document.querySelector("#rows .row .text").textContent === "12000"');
    await browser.until('document.getElementById("count").textContent.startsWith("10,000 shown")');
    const drawn = await browser.evaluate<number>('document.querySelectorAll("#rows .row").length');
    expect(drawn).toBeLessThan(100);
    await browser.evaluate('document.getElementById("list").scrollTop = 5000 * 26');
    await browser.until('document.querySelectorAll("#rows .row .text")[10].textContent === "7000"');
    // Who reads further down is not moved by what comes.
    server.tail.add(someAlerts(12_001, 10));
    await browser.until('document.getElementById("list").scrollTop === 5010 * 26');
    await browser.until('document.querySelectorAll("#rows .row .text")[10].textContent === "7000"');
  });

  it.each([
    ['dark', { isDark: true }],
    ['narrow', { width: 360, height: 640 }],
  ])('fits: %s', async (name, options) => {
    await browser.open(url, options);
    await browser.until('document.querySelectorAll("#rows .row").length > 10');
    const background = await browser.evaluate<string>(
      'getComputedStyle(document.body).backgroundColor',
    );
    expect(background === 'rgb(20, 23, 26)').toBe(name === 'dark');
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await browser.evaluate(overflow)).toBe(0);
    await picture(name);
    await browser.press('2');
    await picture(`${name}-streams`);
    expect(browser.said).toEqual([]);
  });

  it('fits on a phone: the list has three quarters of the height', async () => {
    await browser.open(url, { width: 390, height: 844 });
    await browser.until('document.querySelectorAll("#rows .row").length > 10');
    const share = 'document.getElementById("list").clientHeight / innerHeight';
    // With trouble shown; what it says may take a line or two.
    const trouble = 'document.getElementById("trouble").clientHeight / innerHeight';
    const [ofList, ofTrouble] = await browser.evaluate<[number, number]>(`[${share}, ${trouble}]`);
    expect(ofList + ofTrouble).toBeGreaterThan(0.75);
    for (const tab of ['2', '3', '4', '5']) {
      await browser.press(tab);
      const overflow = 'document.querySelector("section.shown .scroll").scrollWidth - innerWidth';
      expect(await browser.evaluate<number>(overflow)).toBeLessThanOrEqual(0);
    }
  });

  it.each([false, true])('breaks no rule of accessibility, dark: %s', async (isDark) => {
    await browser.open(url, { isDark });
    await browser.until('document.querySelectorAll("#rows .row").length > 10');
    await browser.evaluate(AXE);
    await browser.press('j');
    for (const key of ['Enter', '2', '3', '4', '5']) {
      await browser.press(key);
      const found = await browser.evaluate<string[]>(
        `axe.run().then(({ violations }) => violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join(' ')))`,
      );
      expect(found).toEqual([]);
    }
  });

  it('says when what it shows is old', async () => {
    const other = createServer();
    await browser.open(await other.open());
    await browser.until('document.querySelectorAll("#rows .row").length === 0');
    await other.close();
    const trouble = 'document.getElementById("trouble").textContent';
    await browser.until(`${trouble}.includes("no connection")`);
    expect(await browser.evaluate('document.title')).toBe('(!) Tiercel');
  });
});
