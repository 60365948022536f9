/* The alerts that are kept, and of these the ones that the filter lets through. The latest is the last. */

import type { ShownAlert } from '../page-data.ts';
import { PRIORITIES } from './dom.ts';

const KEPT_MAX = 10_000;

export interface PageAlert extends ShownAlert {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly who: string;
  readonly where: string;
  /** In small letters. */
  readonly searched: string;
}

/** Names of fields that say who did something, and from where: the first that fits and has a value. */
const WHO = [/(?:^|\.)user(?:\.?name)?$/, /\.user\b/, /actor|principal|identity|email|login/];
const WHERE = [/srcip|sourceip/, /(?:client|remote|source|src).*(?:ip|addr)/, /\bip\b|addr/];

export function toPageAlert(alert: ShownAlert): PageAlert {
  const { message, fields } = contentOf(alert);
  const { priority, rule, source, line } = alert;
  const searched = `${priority} ${rule} ${source} ${line} ${alert.body ?? ''}`.toLowerCase();
  const who = firstField(fields, WHO);
  const where = firstField(fields, WHERE);
  return { ...alert, message, fields, who, where, searched };
}

function contentOf({ body, line }: ShownAlert): Pick<PageAlert, 'message' | 'fields'> {
  const own = parseObject(body);
  if (own !== undefined)
    return { message: String(own.message ?? ''), fields: parseFields(own.fields) };
  // A line of an earlier run, or of another program: Falco's JSON, or text.
  const read = parseObject(line);
  if (read === undefined) return { message: line, fields: {} };
  const message = String(read.output ?? read.message ?? line);
  return { message: message.replace(PREFIX, ''), fields: parseFields(read.output_fields) };
}

/** Time and priority before the output: both have a column. */
const PREFIX = /^\S+: [A-Z][a-z]+ /;

function parseObject(text = ''): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // Cut, or another format.
    return undefined;
  }
}

function parseFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function firstField(fields: Readonly<Record<string, unknown>>, names: readonly RegExp[]): string {
  for (const name of names) {
    const found = Object.entries(fields).find(([key, value]) => name.test(key) && fieldText(value));
    if (found !== undefined) return fieldText(found[1]);
  }
  return '';
}

interface Word {
  readonly text: string;
  readonly isNot: boolean;
}

export class Alerts {
  #all: readonly PageAlert[] = [];
  #found: readonly PageAlert[] = [];
  #held: readonly PageAlert[] = [];
  #isPaused = false;
  #onlyRule: string | undefined;
  #words: readonly Word[] = [];
  #leastIndex = PRIORITIES.length - 1;

  /** Those that the filter lets through. */
  get found(): readonly PageAlert[] {
    return this.#found;
  }

  get keptCount(): number {
    return this.#all.length;
  }

  /** Alerts that came while the list was held still. */
  get heldCount(): number {
    return this.#held.length;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The one rule whose alerts are shown. */
  get onlyRule(): string | undefined {
    return this.#onlyRule;
  }

  /** Words that must all be there; `-word`: must not. `leastIndex`: of the lowest priority. */
  filter(text: string, leastIndex: number): void {
    const words = text.toLowerCase().split(/\s+/);
    this.#words = words.flatMap((word): Word[] => {
      const isNot = word.startsWith('-');
      const rest = isNot ? word.slice(1) : word;
      return rest === '' ? [] : [{ text: rest, isNot }];
    });
    this.#leastIndex = leastIndex;
    this.#found = this.#all.filter((alert) => this.#passes(alert));
  }

  /** `undefined`: alerts of all rules. */
  filterRule(rule: string | undefined): void {
    this.#onlyRule = rule;
    this.#found = this.#all.filter((alert) => this.#passes(alert));
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Returns how many of those that were held the filter lets through. */
  resume(): number {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    return this.take(held);
  }

  /** Returns how many of them the filter lets through. */
  take(alerts: readonly PageAlert[]): number {
    if (this.#isPaused) {
      this.#held = [...this.#held, ...alerts].slice(-KEPT_MAX);
      return 0;
    }
    this.#all = [...this.#all, ...alerts].slice(-KEPT_MAX);
    const oldest = this.#all[0]?.number ?? 0;
    const fresh = alerts.filter((alert) => this.#passes(alert));
    const kept = this.#found.findIndex(({ number }) => number >= oldest);
    this.#found = [...(kept < 0 ? [] : this.#found.slice(kept)), ...fresh];
    return fresh.length;
  }

  #passes(alert: PageAlert): boolean {
    if (this.#onlyRule !== undefined && alert.rule !== this.#onlyRule) return false;
    if (PRIORITIES.indexOf(alert.priority) > this.#leastIndex) return false;
    return this.#words.every(({ text, isNot }) => alert.searched.includes(text) !== isNot);
  }
}
