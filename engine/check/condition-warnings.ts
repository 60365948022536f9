/* What Falco warns of in conditions that are right (filter_warning_resolver), and we do. */

import type { Span } from '../diagnostic/span.ts';
import type { FieldCatalog } from '../field/field-catalog.ts';
import type { Expression, Operand, Word } from '../filter/ast.ts';
import { TRANSFORMERS } from '../filter/operators.ts';
import { visitExpression } from '../filter/visit.ts';
import { pointerForm, pointerHint } from './json-pointer.ts';

export interface ConditionWarning {
  /** `undefined`: ours alone. */
  readonly falcoCode: 'LOAD_COMPILE_CONDITION' | 'LOAD_UNSAFE_NA_CHECK' | undefined;
  readonly message: string;
  /** Of a node of the condition, or of a macro that it uses. */
  readonly span: Span;
  readonly hint?: string;
}

const NOT_AVAILABLE = '<NA>';
const NA_OPERATORS = ['=', '==', '!=', 'in', 'intersects', 'pmatch'];
const TRANSFORMER_CALL = new RegExp(`^(?:${TRANSFORMERS.join('|')})\\(.*\\)`);
const REGEX_META = /[\\^$.|?*+()[\]{}]/;

export function findConditionWarnings(
  expression: Expression,
  catalog: FieldCatalog,
): ConditionWarning[] {
  const warnings: ConditionWarning[] = [];
  const onComparison = (comparison: Expression & { kind: 'compare' }): void => {
    const { left, operator, right } = comparison;
    if (right.kind === 'operand') return;
    const words = right.kind === 'word' ? [right.word] : right.words;
    for (const word of words) {
      const message = misuse(word, operator, catalog);
      if (message !== undefined) {
        warnings.push({ falcoCode: 'LOAD_COMPILE_CONDITION', message, span: word.span });
      }
      const isUnsafeField = left.kind === 'field' && /^(?:ka|jevt)\./.test(left.name);
      if (isUnsafeField && word.text === NOT_AVAILABLE && NA_OPERATORS.includes(operator)) {
        warnings.push({
          falcoCode: 'LOAD_UNSAFE_NA_CHECK',
          message: '',
          span: comparison.span,
        });
      }
    }
  };
  visitExpression(expression, {
    expression: (node) => {
      if (node.kind === 'compare') onComparison(node);
    },
    operand: (operand) => warnings.push(...jsonPathWarning(operand, catalog)),
  });
  return warnings;
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
  if (!word.isQuoted && fieldName !== undefined && catalog.find(fieldName) !== undefined) {
    return `'${text}' may be a valid field misused as a const string value`;
  }
  if (TRANSFORMER_CALL.test(text)) {
    return `'${text}' may be a valid field transformer misused as a const string value`;
  }
  return undefined;
}

/** Falco loads such an argument, and never finds anything there. */
function jsonPathWarning(operand: Operand, catalog: FieldCatalog): ConditionWarning[] {
  if (operand.kind !== 'field' || operand.argument === undefined) return [];
  const { name, argument, span } = operand;
  const field = catalog.find(name);
  if (field === undefined || pointerForm(field, argument) !== 'json-path') return [];
  const message = `\`${name}\` takes a JSON pointer: \`${argument}\` never matches`;
  return [{ falcoCode: undefined, message, span, hint: pointerHint(field, argument) }];
}
