/*
 * Falco's `-o KEY=VALUE`: dots for inner keys, `[n]` for an element, `[]` to append one. Values are YAML, so
 * numbers, booleans and JSON objects are what they look like.
 */

import { parse } from 'yaml';

type Step = { readonly key: string } | { readonly index: number } | { readonly append: true };

const SEGMENT = /^([^.[\]]+)((?:\[\d*\])*)$/;
/** An index far beyond the list is a slip, not a wish for a thousand empty entries. */
const INDEX_MAX = 10_000;

/** Changes `target` in place; returns what is wrong with the option, or `undefined`. */
export function applyOption(target: Record<string, unknown>, option: string): string | undefined {
  const equals = option.indexOf('=');
  if (equals < 1) return `\`${option}\` is not KEY=VALUE`;
  const steps = parseKey(option.slice(0, equals));
  if (steps === undefined) return `\`${option.slice(0, equals)}\` is not a key`;
  const value = parseValue(option.slice(equals + 1));
  let current: unknown = target;
  for (const [position, step] of steps.entries()) {
    const isLast = position === steps.length - 1;
    const next = steps[position + 1];
    const empty = next !== undefined && !('key' in next) ? [] : {};
    if (!enter(current, step))
      return `\`${option.slice(0, equals)}\` does not fit the configuration`;
    const container = current as Record<string | number, unknown>;
    const name = nameOf(container, step);
    if (isLast) container[name] = value;
    else container[name] = isContainer(container[name]) ? container[name] : empty;
    current = container[name];
  }
  return undefined;
}

function parseKey(text: string): Step[] | undefined {
  const steps: Step[] = [];
  for (const segment of text.split('.')) {
    const match = SEGMENT.exec(segment);
    const key = match?.[1];
    if (key === undefined || key === '__proto__' || key === 'constructor') return undefined;
    steps.push({ key });
    for (const [, index] of (match?.[2] ?? '').matchAll(/\[(\d*)\]/g)) {
      if (Number(index) > INDEX_MAX) return undefined;
      steps.push(index === '' ? { append: true } : { index: Number(index) });
    }
  }
  return steps;
}

function parseValue(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent', maxAliasCount: 0 });
  } catch {
    return text;
  }
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function enter(current: unknown, step: Step): boolean {
  return isContainer(current) && Array.isArray(current) !== 'key' in step;
}

function nameOf(container: Record<string | number, unknown>, step: Step): string | number {
  if ('key' in step) return step.key;
  if ('index' in step) return step.index;
  return (container as unknown as unknown[]).length;
}
