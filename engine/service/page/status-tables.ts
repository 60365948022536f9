/* The tables of streams, rules, outputs and faults. */

import type { PageStatus, PageStream } from '../page-data.ts';
import { byId, countText, durationText, levelOf, make, makeButton, makeSvg } from './dom.ts';
import { outputState, streamState } from './trouble.ts';

const SAMPLES = 60;

type Cell = string | HTMLElement | SVGElement | { readonly text: string; readonly mark: string };
type Head = readonly [text: string, style?: string];

export interface TableActions {
  readonly showAlertsOf: (rule: string) => void;
}

export class StatusTables {
  readonly #actions: TableActions;
  /** The rule whose line is marked. */
  #foundRule: string | undefined;
  /** Events per second by stream, the latest last. */
  readonly #rates = new Map<string, readonly number[]>();

  constructor(actions: TableActions) {
    this.#actions = actions;
  }

  /** `before`: the status that was drawn last. */
  draw(status: PageStatus, before: PageStatus | undefined): void {
    this.#drawStreams(status, before);
    this.#drawRules(status);
    drawOutputs(status);
    drawFaults(status);
  }

  #drawStreams(status: PageStatus, before: PageStatus | undefined): void {
    const heads: Head[] = [
      ['stream'],
      ['state'],
      ['events', 'number'],
      ['events/s', 'number'],
      ['last 2 min', 'wide'],
      ['alerts', 'number'],
      ['lag', 'number wide'],
      ['not read', 'number wide'],
      ['in part', 'number wide'],
      ['faults', 'number wide'],
    ];
    const lines = status.streams.map((stream): Cell[] => {
      const rates = this.#addRate(stream, status, before);
      const { isLive, latestTimeMs, name } = stream;
      const hasLag = isLive && latestTimeMs !== undefined;
      return [
        name,
        streamState(stream),
        countText(stream.events),
        countText(rates.at(-1) ?? 0),
        sparkline(rates),
        countText(stream.alertsTotal),
        hasLag ? durationText(status.nowMs - latestTimeMs) : '',
        alarmed(stream.lostProblems),
        alarmed(stream.eventsInPart),
        alarmed(stream.sourceFaults),
      ];
    });
    drawTable('streams', heads, lines, 'no streams');
  }

  #addRate(
    { name, events }: PageStream,
    { nowMs }: PageStatus,
    before: PageStatus | undefined,
  ): readonly number[] {
    const was = before?.streams.find((stream) => stream.name === name);
    const seconds = before === undefined ? 0 : (nowMs - before.nowMs) / 1_000;
    const rate = was !== undefined && seconds > 0 ? (events - was.events) / seconds : 0;
    const rates = [...(this.#rates.get(name) ?? []), Math.max(0, rate)].slice(-SAMPLES);
    this.#rates.set(name, rates);
    return rates;
  }

  #drawRules({ rules, nowMs }: PageStatus): void {
    const heads: Head[] = [
      ['rule'],
      ['priority'],
      ['source', 'wide'],
      ['alerts', 'number'],
      ['last', 'number'],
      ['not evaluated', 'number wide'],
      ['time', 'number wide'],
    ];
    const sorted = rules.toSorted((a, b) => b.alerts - a.alerts || (a.name < b.name ? -1 : 1));
    const lines = sorted.map((rule): Cell[] => [
      makeButton(rule.name, () => this.#actions.showAlertsOf(rule.name), 'link'),
      { text: rule.priority, mark: levelOf(rule.priority) },
      rule.source,
      countText(rule.alerts),
      rule.lastAlertMs === undefined ? '' : `${durationText(nowMs - rule.lastAlertMs)} ago`,
      alarmed(rule.notEvaluated),
      `${rule.evaluationMs.toFixed(1)} ms`,
    ]);
    drawTable('rules', heads, lines, 'no rules');
    this.#markRule();
  }

  /** Scrolls to a rule and marks its line. */
  findRule(name: string): void {
    this.#foundRule = name;
    this.#markRule()?.scrollIntoView({ block: 'center' });
  }

  #markRule(): HTMLElement | undefined {
    const lines = [...byId('rules').querySelectorAll('tr')];
    const found = lines.find(
      (line) => line.querySelector('button')?.textContent === this.#foundRule,
    );
    for (const line of lines) line.classList.toggle('found', line === found);
    return found;
  }
}

function drawOutputs({ outputs }: PageStatus): void {
  const heads: Head[] = [
    ['output'],
    ['state'],
    ['delivered', 'number'],
    ['waiting', 'number'],
    ['on disk', 'number wide'],
    ['dead letters', 'number wide'],
    ['lost', 'number'],
    ['failed deliveries', 'number wide'],
  ];
  const lines = outputs.map((output): Cell[] => [
    output.name,
    outputState(output),
    countText(output.counts.delivered),
    countText(output.counts.waiting),
    countText(output.counts.spooled),
    alarmed(output.counts.deadLetters),
    alarmed(output.counts.undelivered),
    countText(output.counts.faults),
  ]);
  drawTable('outputs', heads, lines, 'no outputs');
}

function drawFaults({ plugins, streams }: PageStatus): void {
  const ofPlugins = plugins.flatMap(({ name, version, isQuarantined, faults }): Cell[][] => {
    const plugin = `plugin ${name} ${version}`;
    const switchedOff = { text: 'switched off', mark: 'high' };
    return [
      ...(isQuarantined ? [[plugin, switchedOff, '', 'it had too many faults']] : []),
      ...faults.map(({ kind, count, message }) => [plugin, kind, countText(count), message]),
    ];
  });
  const notRead = streams.flatMap(({ name, latestProblems }) =>
    latestProblems.toReversed().map(({ subject, line, message }): Cell[] => {
      const place = line > 0 ? `${subject}:${line}` : subject;
      return [name, { text: 'not read', mark: 'high' }, '', `${place}: ${message}`];
    }),
  );
  const heads: Head[] = [['where'], ['what'], ['count', 'number'], ['message']];
  drawTable(
    'faults',
    heads,
    [...ofPlugins, ...notRead],
    'everything was read, no plugin had a fault',
  );
}

function alarmed(count: number): Cell {
  return { text: countText(count), mark: count > 0 ? 'high' : '' };
}

function sparkline(values: readonly number[]): SVGElement {
  const svg = makeSvg('svg', { viewBox: '0 0 120 20', class: 'spark', 'aria-hidden': 'true' });
  const most = Math.max(1, ...values);
  const points = values.map(
    (value, at) => `${(at * 120) / (SAMPLES - 1)},${19 - (18 * value) / most}`,
  );
  svg.append(makeSvg('polyline', { points: points.join(' ') }));
  return svg;
}

function drawTable(
  id: string,
  heads: readonly Head[],
  lines: readonly Cell[][],
  nothing: string,
): void {
  const head = make('tr');
  head.append(...heads.map(([text, style]) => make('th', text, style)));
  const body = lines.map((cells) => {
    const line = make('tr');
    line.append(...cells.map((cell, at) => cellOf(cell, heads[at]?.[1])));
    return line;
  });
  if (lines.length === 0) {
    const cell = make('td', nothing);
    cell.colSpan = heads.length;
    const line = make('tr');
    line.append(cell);
    body.push(line);
  }
  byId(id)
    .querySelector('table')
    ?.replaceChildren(head, ...body);
}

function cellOf(cell: Cell, style = ''): HTMLElement {
  if (cell instanceof Element) {
    const element = make('td', '', style);
    element.append(cell);
    return element;
  }
  if (typeof cell === 'string') return make('td', cell, style);
  return make('td', cell.text, `${style} ${cell.mark}`.trim());
}
