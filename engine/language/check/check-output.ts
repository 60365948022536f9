/*
 * Output texts: `%field`, `%field[argument]`, `%transformer(…)`, each with an optional width before it. Of a
 * name the longest prefix that is a field counts: `%ct.users` is `ct.user` followed by an s.
 */

import { LIMITS } from '../../base/limits.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';
import { type Field, type FieldRequest, requestKey } from '../../event/field/field.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import type { AppendOutput } from '../rules/load-options.ts';
import { parseOperandAt } from '../syntax/parser.ts';
import { checkOperand } from './check-operand.ts';
import { AppendProblem, CheckProblem } from './check-problem.ts';
import type { CheckedOperand, CheckedOutput, OutputField, OutputSegment } from './checked-rule.ts';
import { pointerForm, pointerHint } from './json-pointer.ts';
import { unknownField } from './unknown-field.ts';

/** No field has a longer name. */
const NAME_SIZE_MAX = 200;
const DEPRECATED_CONTAINER_INFO = '%container.info';

/** Throws `CheckProblem` at the first token that is not one. */
export function parseOutput(text: string, catalog: FieldCatalog): OutputSegment[] {
  const segments: OutputSegment[] = [];
  let literal = '';
  // A leading star asks Falco for `<NA>` instead of silence; ours always prints `<NA>`.
  let at = text.startsWith('*') ? 1 : 0;
  const flush = (): void => {
    if (literal !== '') segments.push({ kind: 'text', text: literal });
    literal = '';
  };
  while (at < text.length) {
    if (text.startsWith(DEPRECATED_CONTAINER_INFO, at)) {
      at += DEPRECATED_CONTAINER_INFO.length;
      continue;
    }
    if (text[at] !== '%') {
      literal += text[at];
      at += 1;
      continue;
    }
    flush();
    const width = /^\d+/.exec(text.slice(at + 1))?.[0] ?? '';
    const start = at + 1 + width.length;
    const { operand, end } = parseToken(text, start, catalog);
    segments.push({
      kind: 'value',
      operand,
      width: Number(width) === 0 ? undefined : Number(width),
    });
    at = end;
    if (segments.length > LIMITS.outputPartsMax.value) throw tooManyParts(start, end);
  }
  flush();
  if (segments.length === 0 && text.includes(DEPRECATED_CONTAINER_INFO))
    throw new CheckProblem('RULE_OUTPUT', 'empty formatting token', {
      span: { start: 0, end: text.length },
      detail: `\`${DEPRECATED_CONTAINER_INFO}\` prints nothing, and the output has nothing else`,
    });
  return segments;
}

function tooManyParts(start: number, end: number): CheckProblem {
  const most = LIMITS.outputPartsMax.value;
  return new CheckProblem('RULE_OUTPUT', 'output has too many fields', {
    span: { start: start - 1, end },
    detail: `fields, and texts between them, beyond the limit of ${most}`,
    hint: 'print fewer fields',
  });
}

/** Falco's words for nearly everything that is wrong with a token; they end there. */
export const UNEXPECTED_TOKEN = "unknown filter: unexpected token after '";

/** As in Falco, nothing prints `%` itself; `%%` does not either. */
const PERCENT_HINT =
  '`%` begins a field, such as `%evt.time`; an output cannot print `%` itself: write `percent`';

function parseToken(
  text: string,
  start: number,
  catalog: FieldCatalog,
): { operand: CheckedOperand; end: number } {
  const unknown = (what: string): never => {
    const falcoMessage = UNEXPECTED_TOKEN;
    const name = /^[A-Za-z0-9_.]+/.exec(text.slice(start, start + NAME_SIZE_MAX))?.[0] ?? '';
    const span = { start: start - 1, end: start + name.length };
    if (name.includes('.') && catalog.find(name) === undefined) {
      throw unknownField({ code: 'RULE_OUTPUT', falcoMessage, name, span }, catalog);
    }
    throw new CheckProblem('RULE_OUTPUT', falcoMessage, {
      span,
      detail: name === '' ? 'no field name follows `%`' : `\`${name}\`: ${what}`,
      hint:
        name === '' ? PERCENT_HINT : 'write a field after `%`; `tiercel list fields` names them',
    });
  };
  if (/^[a-z0-9]+\(/.test(text.slice(start, start + 16)) && !text.startsWith('val(', start)) {
    const parsed = parseOperandAt(text, start);
    if (parsed === undefined || 'message' in parsed)
      return unknown(parsed?.detail ?? 'not a transformer');
    return { operand: checkOperand(parsed.operand, catalog), end: parsed.end };
  }
  const field = catalog.findPrefix(text.slice(start, start + NAME_SIZE_MAX));
  if (field === undefined) {
    if (start >= text.length) {
      const message = 'invalid formatting syntax: formatting cannot end with a %';
      const span = { start: start - 1, end: start };
      throw new CheckProblem('RULE_OUTPUT', message, { span, hint: PERCENT_HINT });
    }
    return unknown('not a field');
  }
  const nameEnd = start + field.name.length;
  if (text[nameEnd] === '[' && field.argument.kind !== 'none') {
    const withArgument = parseWithArgument(text, start, { field, catalog });
    if (withArgument !== undefined) return withArgument;
  }
  const span = { start, end: nameEnd };
  const plain = { kind: 'field' as const, name: field.name, argument: undefined, span };
  return { operand: checkOperand(plain, catalog), end: nameEnd };
}

/** `undefined`: as Falco reads it, the field alone, and what follows it is text. */
function parseWithArgument(
  text: string,
  start: number,
  { field, catalog }: { readonly field: Field; readonly catalog: FieldCatalog },
): { operand: CheckedOperand; end: number } | undefined {
  const parsed = parseOperandAt(text, start);
  try {
    if (parsed !== undefined && !('message' in parsed))
      return { operand: checkOperand(parsed.operand, catalog), end: parsed.end };
  } catch (error) {
    if (!(error instanceof CheckProblem) || field.argument.required) throw error;
    return undefined;
  }
  if (!field.argument.required) return undefined;
  const span = { start: start - 1, end: start + field.name.length };
  const written = /^\[(\S*)\]/.exec(text.slice(start + field.name.length))?.[1];
  if (written !== undefined && pointerForm(field, written) !== 'pointer') {
    const detail = `\`${field.name}\` takes a JSON pointer, found \`${written}\``;
    const hint = pointerHint(field, written);
    throw new CheckProblem('RULE_OUTPUT', UNEXPECTED_TOKEN, { span, detail, hint });
  }
  const detail = parsed?.detail ?? `\`${field.name}\` needs an argument`;
  throw new CheckProblem('RULE_OUTPUT', UNEXPECTED_TOKEN, { span, detail });
}

/** The requests of an operand: keys of `output_fields`. */
function collectRequests(operand: CheckedOperand, into: Map<string, FieldRequest>): void {
  if (operand.kind === 'field') into.set(requestKey(operand.request), operand.request);
  else if (operand.kind === 'transformer')
    for (const one of operand.operands) collectRequests(one, into);
  else if (operand.kind === 'tuple') for (const one of operand.items) collectRequests(one, into);
}

export interface OutputRule {
  readonly name: string;
  readonly source: string;
  readonly tags: readonly string[];
}

/** The rule's output and everything that `append_output` adds to it. */
export function checkOutput(
  text: string,
  rule: OutputRule,
  options: { readonly catalog: FieldCatalog; readonly appendOutput: readonly AppendOutput[] },
): CheckedOutput {
  const { catalog } = options;
  const segments = parseOutput(text, catalog);
  const extra = new Map<string, OutputField>();
  for (const append of options.appendOutput) {
    if (!isMatch(append, rule)) continue;
    if (append.suggestedOutput) addText(segments, suggestedOutput(catalog), catalog);
    if (append.extraOutput !== undefined && append.extraOutput !== '') {
      const { extraOutput } = append;
      placedAt(append.extraOutputLabel, () => addText(segments, extraOutput, catalog));
    }
    for (const field of append.extraFields) {
      placedAt(field.label, () => extra.set(field.name, checkExtraField(field, catalog)));
    }
  }
  const requests = new Map<string, FieldRequest>();
  for (const segment of segments) {
    if (segment.kind === 'value') collectRequests(segment.operand, requests);
  }
  const fields = new Map<string, OutputField>();
  for (const [key, request] of requests) {
    const type = { type: request.field.type, isList: request.field.isList };
    fields.set(key, { kind: 'value', key, operand: { kind: 'field', request, type } });
  }
  for (const [key, field] of extra) fields.set(key, field);
  return { segments, fields: [...fields.values()] };
}

function checkExtraField(
  field: AppendOutput['extraFields'][number],
  catalog: FieldCatalog,
): OutputField {
  const { name: key } = field;
  if (field.kind === 'format') {
    return { kind: 'format', key, segments: parseOutput(field.format, catalog) };
  }
  const [segment, ...rest] = parseOutput(`%${key}`, catalog);
  if (segment?.kind !== 'value' || rest.length > 0) {
    const falcoMessage = `unknown filter: ${key}`;
    const span = { start: 0, end: key.length };
    throw unknownField({ code: 'RULE_OUTPUT', falcoMessage, name: key, span }, catalog);
  }
  return { kind: 'value', key, operand: segment.operand };
}

/** A problem in what the configuration adds is not in the rule's text: it is shown where it was written. */
function placedAt(label: Label | undefined, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof CheckProblem)) throw error;
    throw new AppendProblem(error, label);
  }
}

/** Joined with one blank, as Falco does. */
function addText(segments: OutputSegment[], text: string, catalog: FieldCatalog): void {
  if (text === '') return;
  segments.push(...parseOutput(`  ${text}`.slice(1), catalog));
}

function suggestedOutput(catalog: FieldCatalog): string {
  return catalog.fields
    .filter(
      ({ name, properties }) => properties.isSuggestedOutput === true || name.startsWith('static.'),
    )
    .map(({ name }) => `${name.replaceAll('.', '_')}=%${name}`)
    .join(' ');
}

function isMatch({ match }: AppendOutput, rule: OutputRule): boolean {
  if (match.source !== undefined && match.source !== rule.source) return false;
  if (match.rule !== undefined && match.rule !== '' && match.rule !== rule.name) return false;
  return match.tags.every((tag) => rule.tags.includes(tag));
}
