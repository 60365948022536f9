/* What Falco warns of in conditions that are right (filter_warning_resolver). */

import type { Span } from '../diagnostic/span.ts';
import type { FieldCatalog } from '../field/field-catalog.ts';
import type { Expression, Word } from '../filter/ast.ts';
import { TRANSFORMERS } from '../filter/operators.ts';

export interface ConditionWarning {
  readonly falcoCode: 'LOAD_COMPILE_CONDITION' | 'LOAD_UNSAFE_NA_CHECK';
  readonly message: string;
  /** Of a node of the condition, or of a macro that it uses. */
  readonly span: Span;
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
  visit(expression, (comparison) => {
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

function visit(
  expression: Expression,
  onComparison: (comparison: Expression & { kind: 'compare' }) => void,
): void {
  if (expression.kind === 'and' || expression.kind === 'or') {
    for (const operand of expression.operands) visit(operand, onComparison);
  } else if (expression.kind === 'not') visit(expression.operand, onComparison);
  else if (expression.kind === 'compare') onComparison(expression);
}
