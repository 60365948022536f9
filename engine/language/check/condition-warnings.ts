/* What Falco warns of in conditions that are right (filter_warning_resolver), and we do. */

import { didYouMean } from '../../base/did-you-mean.ts';
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
import type { ConditionWarning } from './condition-warning.ts';
import { findConstantParts } from './constant-parts.ts';
import { pointerForm, pointerHint } from './json-pointer.ts';

const NEVER_HOLDS = { code: 'CONDITION_NEVER_HOLDS', falcoCode: undefined } as const;
const NOT_AVAILABLE = '<NA>';
const NA_OPERATORS = ['=', '==', '!=', 'in', 'intersects', 'pmatch'];
const TRANSFORMER_CALL = new RegExp(`^(?:${TRANSFORMERS.join('|')})\\(.*\\)`);
const REGEX_META = /[\\^$.|?*+()[\]{}]/;

export function findConditionWarnings(
  condition: ResolvedExpression,
  { catalog, listNames }: { readonly catalog: FieldCatalog; readonly listNames: readonly string[] },
): ConditionWarning[] {
  const warnings: ConditionWarning[] = findConstantParts(condition);
  visitLeaves(condition, (leaf, path) => {
    const { text } = leaf;
    const found = [...warningsOf(leaf, catalog), ...unknownLists(leaf, listNames)];
    for (const { span, ...warning } of found)
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
    const misused = misuse(word, operator, catalog);
    const isUnsafe =
      isUnsafeField && word.text === NOT_AVAILABLE && NA_OPERATORS.includes(operator);
    return [
      ...(misused === undefined
        ? []
        : [{ ...misused, falcoCode: 'LOAD_COMPILE_CONDITION' as const, span: word.span }]),
      ...(isUnsafe
        ? [
            {
              code: 'CONDITION_NA' as const,
              falcoCode: 'LOAD_UNSAFE_NA_CHECK' as const,
              message: '',
              span,
            },
          ]
        : []),
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

/** With more lists, names like a word are not looked for. */
const LISTS_MAX = 300;
const LIST_LIKE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*_[a-z0-9]*(?:s|list|set)$/;

/** The names of lists that there are were put in before. */
function unknownLists(leaf: ResolvedLeaf, listNames: readonly string[]): LeafWarning[] {
  if (leaf.kind === 'exists' || !['in', 'intersects', 'pmatch'].includes(leaf.operator)) return [];
  const words = wordsOf(leaf);
  return words.flatMap(({ text, isQuoted, span }): LeafWarning[] => {
    if (isQuoted || !text.includes('_')) return [];
    const near = listNames.length > LISTS_MAX ? undefined : didYouMean(text, listNames);
    if (near === undefined && (words.length > 1 || !LIST_LIKE.test(text))) return [];
    const message = `no list is called \`${text}\`: it is a text here`;
    const hint =
      near === undefined
        ? `define \`- list: ${text}\`, or put the text in quotes`
        : `did you mean \`${near}\`?`;
    return [{ code: 'CONDITION_UNKNOWN_LIST', falcoCode: undefined, message, span, hint }];
  });
}

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
  return [{ ...NEVER_HOLDS, message, span, hint }];
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
    return [{ ...NEVER_HOLDS, message, span, hint }];
  });
}

function misuse(
  word: Word,
  operator: string,
  catalog: FieldCatalog,
): Pick<ConditionWarning, 'code' | 'message'> | undefined {
  const { text } = word;
  if (operator === 'regex') {
    const core = text.replace(/^\^?(?:\.\*)*/, '').replace(/(?:\.\*)*\$?$/, '');
    if (!REGEX_META.test(core)) {
      const message =
        `regex check with '${text}' may be optimized with simpler operators such as ` +
        `'=', 'contains', 'startswith', 'endswith'`;
      return { code: 'CONDITION_REGEX_PLAIN', message };
    }
  }
  const fieldName = /^([A-Za-z0-9_.]+)(?:\[[^\]]*\])?$/.exec(text)?.[1];
  if (fieldName !== undefined && catalog.find(fieldName) !== undefined) {
    const message = `'${text}' may be a valid field misused as a const string value`;
    return { code: 'CONDITION_FIELD_AS_VALUE', message };
  }
  if (TRANSFORMER_CALL.test(text)) {
    const message = `'${text}' may be a valid field transformer misused as a const string value`;
    return { code: 'CONDITION_FIELD_AS_VALUE', message };
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
  return [{ ...NEVER_HOLDS, message, span, hint: pointerHint(field, argument) }];
}
