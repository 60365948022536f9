/* Which keys an output of each type has, and what is wrong with one. */

import { TEMPLATE_NAMES, unknownNames } from '../detect/alert/shape/template.ts';
import type { RawOutput } from './raw-config.ts';

export type OutputType = RawOutput['type'];
type Key = keyof RawOutput;

const COMMON: readonly Key[] = [
  ...(['type', 'name', 'enabled', 'format', 'template', 'raw_event'] as const),
  ...(['priority', 'rules', 'tags', 'sources'] as const),
];
const FILE: readonly Key[] = ['retry', 'spool', 'dead_letter_file'];
const REMOTE: readonly Key[] = ['timeout', ...FILE];
const TLS: readonly Key[] = [
  ...(['insecure', 'ca_cert', 'ca_bundle', 'ca_path'] as const),
  ...(['client_cert', 'client_key'] as const),
];
const HTTP: readonly Key[] = [
  ...(['url', 'headers', 'user_agent', 'compress_uploads', 'keep_alive', 'echo'] as const),
  ...(['batch_size', 'batch_format'] as const),
];

/** Beside those of all. The first one is the one that there must be. */
const KEYS: Readonly<Record<OutputType, readonly Key[]>> = {
  stdout: [],
  file: ['filename', 'keep_alive', 'rotate', ...FILE],
  program: ['program', 'keep_alive', 'close_timeout', 'batch_size', ...REMOTE],
  http: [...HTTP, ...REMOTE, ...TLS],
  syslog: ['address', 'facility', 'app_name', 'batch_size', ...REMOTE, ...TLS],
  nats: ['servers', 'subject', 'jetstream', 'credentials', 'batch_size', ...REMOTE, ...TLS],
};

const EXAMPLES: Readonly<Record<Exclude<OutputType, 'stdout'>, string>> = {
  file: 'filename: ./alerts.txt',
  program: 'program: mail -s alert security@example.com',
  http: 'url: https://siem.example.com/alerts',
  syslog: 'address: unix:/dev/log',
  nats: 'servers: [nats://127.0.0.1:4222]',
};

export interface OutputProblem {
  readonly message: string;
  readonly hint?: string;
}

/** `where`: its path in the configuration. */
export function problemsOf(raw: RawOutput, where: string): OutputProblem[] {
  const { type } = raw;
  const known: readonly string[] = [...COMMON, ...KEYS[type]];
  const problems: OutputProblem[] = Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      message: `\`${where}\`: an output of type ${type} has no \`${key}\``,
      hint: `it has ${known.join(', ')}`,
    }));
  problems.push(...shapeProblems(raw, where));
  if (type === 'stdout') return problems;
  const needed = KEYS[type][0] as Key;
  const value = raw[needed];
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    const message = `\`${where}\` is enabled and has no \`${needed}\``;
    problems.push({ message, hint: `for example ${EXAMPLES[type]}` });
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
