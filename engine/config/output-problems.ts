/* Which keys an output of each type has, and what is wrong with one. */

import { TEMPLATE_NAMES, unknownNames } from '../detect/alert/shape/template.ts';
import { keysOf, neededKey } from './output-kinds.ts';
import type { RawOutput } from './raw-config.ts';

export interface OutputProblem {
  readonly message: string;
  readonly hint?: string;
}

/** `where`: its path in the configuration. */
export function problemsOf(raw: RawOutput, where: string): OutputProblem[] {
  const { type } = raw;
  const known: readonly string[] = keysOf(type);
  const problems: OutputProblem[] = Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      message: `\`${where}\`: an output of type ${type} has no \`${key}\``,
      hint: `it has ${known.join(', ')}`,
    }));
  problems.push(...shapeProblems(raw, where));
  const needed = neededKey(type);
  if (needed === undefined) return problems;
  const { key, example } = needed;
  const value = raw[key];
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    const message = `\`${where}\` is enabled and has no \`${key}\``;
    problems.push({ message, hint: `for example ${example}` });
    return problems;
  }
  const wrong = type === 'http' ? urlProblem(raw.url ?? '') : undefined;
  if (wrong !== undefined) problems.push({ message: `\`${where}.url\`: ${wrong}` });
  if (raw.client_cert !== undefined && raw.client_key === undefined)
    problems.push({ message: `\`${where}\` has a \`client_cert\` and no \`client_key\`` });
  return problems;
}

function urlProblem(text: string): string | undefined {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return undefined;
  return `\`${text}\` is not a URL that begins with http:// or https://`;
}

function shapeProblems(
  { format, template, raw_event: hasRawEvent = false }: RawOutput,
  where: string,
): OutputProblem[] {
  const problems: OutputProblem[] = [];
  const isTemplate = format === 'template' || (format === undefined && template !== undefined);
  if (isTemplate !== (template !== undefined)) {
    const message = `\`${where}\`: \`template\` goes with \`format: template\``;
    problems.push({ message, hint: 'for example template: "{{priority}} {{message}}"' });
  }
  const [unknown] = template === undefined ? [] : unknownNames(template);
  if (unknown !== undefined) {
    const message = `\`${where}.template\`: \`${unknown}\` is no name in a template`;
    problems.push({ message, hint: `names are ${TEMPLATE_NAMES.join(', ')} and field NAME` });
  }
  if (hasRawEvent && (format === 'text' || isTemplate)) {
    const message = `\`${where}\`: the format has no place for \`raw_event\``;
    problems.push({ message, hint: 'a template has {{raw_event}}' });
  }
  return problems;
}
