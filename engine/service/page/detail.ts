/* The selected alert: what happened, its fields, and what its rule is about. */

import type { RuleText } from '../page-data.ts';
import { fieldText, type PageAlert } from './alerts.ts';
import { byId, clockText, levelOf, make, makeButton } from './dom.ts';

export interface DetailActions {
  readonly close: () => void;
  /** Shows only the alerts of a rule. */
  readonly showAlertsOf: (rule: string) => void;
  /** Shows a rule in the table. */
  readonly showRule: (rule: string) => void;
}

export class Detail {
  readonly #element = byId('detail');
  readonly #actions: DetailActions;
  /** By name; fetched when the first alert is opened, and again for a rule that is not in it. */
  #rules = new Map<string, RuleText>();
  /** Number of the alert that is shown; `undefined`: none is. */
  #shown: number | undefined;

  constructor(actions: DetailActions) {
    this.#actions = actions;
  }

  get isOpen(): boolean {
    return this.#shown !== undefined;
  }

  get shown(): number | undefined {
    return this.#shown;
  }

  close(): void {
    this.#shown = undefined;
    this.#element.classList.remove('shown');
    this.#element.replaceChildren();
  }

  open(alert: PageAlert): void {
    this.#shown = alert.number;
    this.#element.classList.add('shown');
    this.#draw(alert);
    if (this.#rules.has(alert.rule)) return;
    void this.#fetchRules().then(() => {
      if (this.#shown === alert.number) this.#draw(alert);
    });
  }

  async #fetchRules(): Promise<void> {
    try {
      const answer = await fetch('api/rules');
      const rules = (await answer.json()) as readonly RuleText[];
      this.#rules = new Map(rules.map((rule) => [rule.name, rule]));
    } catch {
      // The alert is shown without the text of its rule.
    }
  }

  #draw(alert: PageAlert): void {
    const { close, showAlertsOf, showRule } = this.#actions;
    const rule = this.#rules.get(alert.rule);
    const top = make('div', '', 'top');
    top.append(
      make('strong', `${alert.priority}: ${alert.rule}`, levelOf(alert.priority)),
      make('span', placeText(alert)),
      makeButton('alerts of this rule', () => showAlertsOf(alert.rule), 'link'),
    );
    if (rule !== undefined) top.append(makeButton('rule', () => showRule(alert.rule), 'link'));
    top.append(makeButton('Close', close, 'close'));
    const parts: HTMLElement[] = [top, make('p', alert.message)];
    if (rule !== undefined) parts.push(make('p', rule.description, 'low'), tagsOf(rule));
    parts.push(fieldsOf(alert), lineOf(alert));
    this.#element.replaceChildren(...parts);
  }
}

function placeText({ time, source, number, isEarlier }: PageAlert): string {
  const parts = [`${clockText(time)} UTC`, source, isEarlier ? 'earlier run' : `no. ${number}`];
  return parts.filter((part) => part !== '').join(', ');
}

function tagsOf({ tags }: RuleText): HTMLElement {
  const line = make('p');
  line.append(...tags.map((tag) => make('span', tag, 'tag')));
  line.hidden = tags.length === 0;
  return line;
}

function fieldsOf({ fields }: PageAlert): HTMLElement {
  const list = make('dl');
  for (const [name, value] of Object.entries(fields)) {
    // It stands above, as people read it.
    if (name.startsWith('evt.time')) continue;
    const text = fieldText(value);
    list.append(make('dt', name), make('dd', text === '' ? '–' : text));
  }
  return list;
}

/** As the outputs have it. */
function lineOf({ line }: PageAlert): HTMLElement {
  const details = make('details');
  let text = line;
  try {
    text = JSON.stringify(JSON.parse(line), undefined, 2);
  } catch {
    // A line of text.
  }
  details.append(make('summary', 'as the outputs get it'), make('pre', text));
  return details;
}
