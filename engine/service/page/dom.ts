/* The document, and texts as people read them. Whatever comes from events is put in as text, never as markup. */

/** An element that the page has from the start. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element as Kind;
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text = '',
  name = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name !== '') element.className = name;
  return element;
}

export function makeSvg(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export function makeButton(text: string, onClick: () => void, name = ''): HTMLButtonElement {
  const button = make('button', text, name);
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}

export const PRIORITIES: readonly string[] = [
  ...['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug'],
];
export const LEVELS = ['high', 'middle', 'low'] as const;
export type Level = (typeof LEVELS)[number];

/** How urgent a priority is, as the name of a style. */
export function levelOf(priority: string): Level {
  const index = PRIORITIES.indexOf(priority);
  if (index === PRIORITIES.indexOf('Warning')) return 'middle';
  return index >= 0 && index < PRIORITIES.indexOf('Warning') ? 'high' : 'low';
}

export function isNarrow(): boolean {
  return matchMedia('(max-width: 45rem)').matches;
}

export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 alert`, `2 alerts`. */
export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Date and time in UTC. */
export function clockText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
