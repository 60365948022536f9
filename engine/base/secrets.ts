/*
 * Values that must not appear in texts for people: messages, logs, the page, metrics. They are known as
 * soon as a configuration is read; whatever is written passes `hideSecrets` at the last moment, wherever it comes from.
 */

/** Shorter ones would be found by chance in ordinary words. */
const LENGTH_MIN = 6;

/** The longest first: one may be a part of another. */
let secrets: readonly (readonly [value: string, shown: string])[] = [];

/** `shown`: what stands in its place. */
export function keepSecret(value: string, shown = '(hidden)'): void {
  if (value.length < LENGTH_MIN || secrets.some(([known]) => known === value)) return;
  // As it stands in JSON and in an address.
  const forms = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  const all = [...secrets, ...[...forms].map((form) => [form, shown] as const)];
  secrets = all.toSorted(([one], [other]) => other.length - one.length);
}

export function hideSecrets(text: string): string {
  let hidden = text;
  for (const [value, shown] of secrets)
    if (hidden.includes(value)) hidden = hidden.replaceAll(value, () => shown);
  return hidden;
}

/** For tests: none are known. */
export function forgetSecrets(): void {
  secrets = [];
}
