/* What Falco warns of in conditions that are right (filter_warning_resolver), and we do. */

import type { Span } from '../../diagnostic/span.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import { parseIpNetwork } from '../match/ip-address.ts';
import {
  operandsIn,
  operandsOf,
  type ResolvedExpression,
  type ResolvedLeaf,
  visitLeaves,
  wordsOf,
} from '../rules/resolved-condition.ts';
import type { Operand, Word } from '../syntax/ast.ts';
import { TRANSFORMERS } from '../syntax/operators.ts';
import type { NodePlace } from './check-problem.ts';
import { pointerForm, pointerHint } from './json-pointer.ts';

export interface ConditionWarning {
  /** `undefined`: ours alone. */
  readonly falcoCode: 'LOAD_COMPILE_CONDITION' | 'LOAD_UNSAFE_NA_CHECK' | undefined;
  readonly message: string;
  readonly hint?: string;
  readonly at: NodePlace;
}

const NOT_AVAILABLE = '<NA>';
const NA_OPERATORS = ['=', '==', '!=', 'in', 'intersects', 'pmatch'];
const TRANSFORMER_CALL = new RegExp(`^(?:${TRANSFORMERS.join('|')})\\(.*\\)`);
const REGEX_META = /[\\^$.|?*+()[\]{}]/;

export function findConditionWarnings(
  condition: ResolvedExpression,
  catalog: FieldCatalog,
): ConditionWarning[] {
  const warnings: ConditionWarning[] = [];
  visitLeaves(condition, (leaf, path) => {
    const { text } = leaf;
    for (const { span, ...warning } of warningsOf(leaf, catalog))
      warnings.push({ ...warning, at: { text, span, path } });
  });
  return warnings;
}

type LeafWarning = Omit<ConditionWarning, 'at'> & { readonly span: Span };

function warningsOf(leaf: ResolvedLeaf, catalog: FieldCatalog): LeafWarning[] {
  const ofOperands = operandsOf(leaf).flatMap((operand) => jsonPathWarning(operand, catalog));
  if (leaf.kind === 'exists') return ofOperands;
  const { left, operator, span } = leaf;
  const isUnsafeField = left.kind === 'field' && /^(?:ka|jevt)\./.test(left.name);
  const ofWords = wordsOf(leaf).flatMap((word): LeafWarning[] => {
    const message = misuse(word, operator, catalog);
    const isUnsafe =
      isUnsafeField && word.text === NOT_AVAILABLE && NA_OPERATORS.includes(operator);
    return [
      ...(message === undefined
        ? []
        : [{ falcoCode: 'LOAD_COMPILE_CONDITION' as const, message, span: word.span }]),
      ...(isUnsafe ? [{ falcoCode: 'LOAD_UNSAFE_NA_CHECK' as const, message: '', span }] : []),
    ];
  });
  return [
    ...ofWords,
    ...networkWarnings(leaf, catalog),
    ...transformedListWarnings(leaf, catalog),
    ...ofOperands,
  ];
}

const TEXT_TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename'];

/** Falco never finds them equal (detect/compile/never-equal.ts). */
function transformedListWarnings(
  { left, operator, right }: ResolvedLeaf & { kind: 'compare' },
  catalog: FieldCatalog,
): LeafWarning[] {
  if (operator !== 'in' && operator !== 'intersects') return [];
  const isTransformer = (one: Operand): boolean =>
    one.kind === 'transformer' && TEXT_TRANSFORMERS.includes(one.name);
  const isOfList =
    isTransformer(left) &&
    operandsIn(left).some((one) => one.kind === 'field' && catalog.find(one.name)?.isList === true);
  const guilty = isOfList
    ? left
    : right.kind === 'operand' && isTransformer(right.operand)
      ? right.operand
      : undefined;
  if (guilty?.kind !== 'transformer') return [];
  const { name, span } = guilty;
  const message = `\`${operator}\` never holds here: for Falco, what \`${name}(…)\` gives equals nothing`;
  const hint = isOfList
    ? 'compare the list itself, with the values in all spellings'
    : 'write `=` where single values are compared';
  return [{ falcoCode: undefined, message, span, hint }];
}

/** Operators that compare a text with a whole word. */
const EQUALITIES = ['=', '==', '!=', 'in', 'intersects'];
/** A field of this name has networks as its values, such as the rules of a firewall. */
const NETWORK_FIELD = /cidr|subnet|network/i;

/** Falco compares a network with a text field as the text that it is: no address equals it. */
function networkWarnings(
  { left, operator, ...leaf }: ResolvedLeaf & { kind: 'compare' },
  catalog: FieldCatalog,
): LeafWarning[] {
  if (left.kind !== 'field' || !EQUALITIES.includes(operator)) return [];
  const { name, argument } = left;
  const isText = catalog.find(name)?.type === 'string';
  if (!isText || NETWORK_FIELD.test(`${name} ${argument}`)) return [];
  return wordsOf({ left, operator, ...leaf }).flatMap(({ text, span }): LeafWarning[] => {
    const network = parseIpNetwork(text);
    // All addresses: a rule that looks for what was opened to everybody means the text.
    if (network === undefined || network.prefixLength === 0) return [];
    const field = argument === undefined ? name : `${name}[${argument}]`;
    const message = `\`${field}\` is a text: no address equals \`${text}\``;
    const hint = `\`ip(${field}) in (${text})\` holds for the addresses of the network`;
    return [{ falcoCode: undefined, message, span, hint }];
  });
}

function misuse(word: Word, operator: string, catalog: FieldCatalog): string | undefined {
  const { text } = word;
  if (operator === 'regex') {
    const core = text.replace(/^\^?(?:\.\*)*/, '').replace(/(?:\.\*)*\$?$/, '');
    if (!REGEX_META.test(core)) {
      return (
        `regex check with '${text}' may be optimized with simpler operators such as ` +
        `'=', 'contains', 'startswith', 'endswith'`
      );
    }
  }
  const fieldName = /^([A-Za-z0-9_.]+)(?:\[[^\]]*\])?$/.exec(text)?.[1];
  if (fieldName !== undefined && catalog.find(fieldName) !== undefined) {
    return `'${text}' may be a valid field misused as a const string value`;
  }
  if (TRANSFORMER_CALL.test(text)) {
    return `'${text}' may be a valid field transformer misused as a const string value`;
  }
  return undefined;
}

/** Falco loads such an argument, and never finds anything there. */
function jsonPathWarning(operand: Operand, catalog: FieldCatalog): LeafWarning[] {
  if (operand.kind !== 'field' || operand.argument === undefined) return [];
  const { name, argument, span } = operand;
  const field = catalog.find(name);
  if (field === undefined || pointerForm(field, argument) !== 'json-path') return [];
  const message = `\`${name}\` takes a JSON pointer: \`${argument}\` never matches`;
  return [{ falcoCode: undefined, message, span, hint: pointerHint(field, argument) }];
}
