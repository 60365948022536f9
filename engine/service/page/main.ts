/* The status page: it looks at the run every two seconds, and alerts come by themselves. */

import type { AlertPart, PageStatus } from '../page-data.ts';
import { AlertList } from './alert-list.ts';
import { Alerts, toPageAlert } from './alerts.ts';
import { Detail } from './detail.ts';
import { byId, countOf, countText, durationText, make, makeButton, PRIORITIES } from './dom.ts';
import { StatusTables } from './status-tables.ts';
import { TABS, type Tab, type Trouble, troublesOf } from './trouble.ts';

const LOOK_PAUSE_MS = 2_000;
const TROUBLES_SHOWN = 6;

const alerts = new Alerts();
const list = new AlertList(alerts);
const filter = byId<HTMLInputElement>('filter');
const least = byId<HTMLSelectElement>('least');
const only = byId<HTMLButtonElement>('only');
const detail = new Detail({ close: closeDetail, showAlertsOf, showRule });
const tables = new StatusTables({ showAlertsOf });
let status: PageStatus | undefined;

for (const [index, name] of [...PRIORITIES.entries()].toReversed()) {
  const isLast = index === PRIORITIES.length - 1;
  const option = make('option', isLast ? 'any priority' : `${name} and above`);
  option.value = String(index);
  least.append(option);
}

// ---- alerts --------------------------------------------------------------------------------

function applyFilter(): void {
  alerts.filter(filter.value, Number(least.value));
  only.hidden = alerts.onlyRule === undefined;
  only.textContent = `rule: ${alerts.onlyRule ?? ''} ×`;
  list.toTop();
}

function showAlertsOf(rule: string): void {
  alerts.filterRule(rule);
  applyFilter();
  openTab('alerts');
}

function showRule(rule: string): void {
  closeDetail();
  openTab('rules');
  tables.findRule(rule);
}

function closeDetail(): void {
  detail.close();
  list.draw();
}

function show(number: number): void {
  const alert = list.pick(number);
  if (alert === undefined) detail.close();
  else detail.open(alert);
}

function step(by: number): void {
  const next = list.beside(by);
  if (next === undefined) return;
  if (detail.isOpen) show(next.number);
  else list.pick(next.number);
}

function setPaused(isPaused: boolean): void {
  byId('pause').setAttribute('aria-pressed', String(isPaused));
  if (isPaused) alerts.pause();
  else list.keepPlace(alerts.resume());
  list.draw();
}

function followAlerts(): void {
  const feed = new EventSource('api/alerts');
  feed.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const part = JSON.parse(data) as AlertPart;
    list.count(part);
    list.keepPlace(alerts.take(part.alerts.map(toPageAlert)));
    list.draw();
  });
}

// ---- status --------------------------------------------------------------------------------

async function look(): Promise<void> {
  try {
    const answer = await fetch('api/status');
    if (!answer.ok) throw new Error(answer.statusText);
    const before = status;
    status = (await answer.json()) as PageStatus;
    tables.draw(status, before);
    drawState(status, before);
    drawTroubles(troublesOf(status));
  } catch {
    const text = 'no connection to Tiercel: what is shown is old';
    drawTroubles([{ tab: 'alerts', text }]);
  }
  setTimeout(() => void look(), LOOK_PAUSE_MS);
}

function drawState(now: PageStatus, before: PageStatus | undefined): void {
  const events = sumEvents(now);
  const seconds = before === undefined ? 0 : (now.nowMs - before.nowMs) / 1_000;
  const rate = before !== undefined && seconds > 0 ? (events - sumEvents(before)) / seconds : 0;
  const parts = [
    `${countOf(events, 'event')}, ${countText(Math.max(0, rate))}/s`,
    countOf(now.alerts, 'alert'),
    `running ${durationText(now.nowMs - now.startedMs)}`,
  ];
  byId('state').textContent = parts.join(' · ');
}

function sumEvents({ streams }: PageStatus): number {
  return streams.reduce((sum, { events }) => sum + events, 0);
}

let shownTroubles = '';
/** Only when they change: a screen reader reads them out. */
function drawTroubles(troubles: readonly Trouble[]): void {
  document.title = troubles.length > 0 ? '(!) Tiercel' : 'Tiercel';
  const key = JSON.stringify(troubles);
  if (key === shownTroubles) return;
  shownTroubles = key;
  const shown = troubles
    .slice(0, TROUBLES_SHOWN)
    .map(({ tab, text }) => makeButton(text, () => openTab(tab), 'link'));
  const more = troubles.length - shown.length;
  if (more > 0) shown.push(makeButton(`${more} more`, () => openTab('faults'), 'link'));
  byId('trouble').replaceChildren(...shown);
  for (const tab of TABS) {
    const count = troubles.filter((trouble) => trouble.tab === tab).length;
    const mark = byId(`tab-${tab}`).querySelector('.mark');
    if (mark !== null) mark.textContent = count > 0 ? String(count) : '';
  }
}

// ---- the person ----------------------------------------------------------------------------

function openTab(name: Tab): void {
  for (const tab of TABS) {
    byId(tab).classList.toggle('shown', tab === name);
    byId(`tab-${tab}`).setAttribute('aria-selected', String(tab === name));
  }
  if (name === 'alerts') list.draw();
}

function switchTheme(): void {
  const { classList } = document.documentElement;
  const isDarkByDefault = matchMedia('(prefers-color-scheme: dark)').matches;
  const isDark = classList.contains('dark') || (isDarkByDefault && !classList.contains('light'));
  classList.toggle('dark', !isDark);
  classList.toggle('light', isDark);
}

const keysDialog = byId<HTMLDialogElement>('keys');
for (const tab of TABS) byId(`tab-${tab}`).addEventListener('click', () => openTab(tab));
byId('theme').addEventListener('click', switchTheme);
byId('help').addEventListener('click', () => keysDialog.showModal());
byId('pause').addEventListener('click', () => setPaused(!alerts.isPaused));
filter.addEventListener('input', applyFilter);
least.addEventListener('change', applyFilter);
only.addEventListener('click', () => {
  alerts.filterRule(undefined);
  applyFilter();
});
byId('list').addEventListener('click', ({ target }) => {
  const row = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
  const number = Number(row?.dataset.number ?? 0);
  if (number === 0) return;
  if (detail.shown === number) closeDetail();
  else show(number);
});

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => {
    openTab('alerts');
    filter.focus();
  },
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => list.picked > 0 && show(list.picked),
  p: () => setPaused(!alerts.isPaused),
  t: switchTheme,
  '?': () => keysDialog.showModal(),
  g: () => list.toTop(),
};

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keysDialog.open) return;
  const { activeElement } = document;
  if (event.key === 'Escape') {
    if (activeElement instanceof HTMLElement) activeElement.blur();
    closeDetail();
    return;
  }
  const tag = activeElement?.tagName ?? '';
  if (['INPUT', 'SELECT'].includes(tag)) return;
  // What has the focus is pressed, or scrolled.
  if (event.key === 'Enter' && ['BUTTON', 'SUMMARY'].includes(tag)) return;
  const isScrolled = activeElement?.classList.contains('scroll') === true;
  if (isScrolled && event.key.startsWith('Arrow')) return;
  const tab = TABS[Number(event.key) - 1];
  const action = KEYS[event.key] ?? (tab === undefined ? undefined : () => openTab(tab));
  if (action === undefined) return;
  event.preventDefault();
  action();
});

list.draw();
void look();
followAlerts();
