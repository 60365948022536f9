/*
 * Fields and transformers: names looked up in the catalogue of the source, arguments and types checked.
 * Messages are Falco's (libsinsp), which the conformance corpus compares.
 */

import { toByteString } from '../../base/text.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { Field } from '../../event/field/field.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import type { FieldType, ValueType } from '../../event/field/field-type.ts';
import type { Operand } from '../syntax/ast.ts';
import { CheckProblem } from './check-problem.ts';
import type { CheckedOperand, TransformerName } from './checked-rule.ts';
import { describeType, nameOperand } from './explain-mismatch.ts';
import { pointerForm, pointerHint } from './json-pointer.ts';
import { unknownField } from './unknown-field.ts';

const INDEX_MAX = 2n ** 64n - 1n;
const STRING: ValueType = { type: 'string', isList: false };

/** Falco's names of types, for its messages. */
export function falcoType({ type, isList }: ValueType): string {
  const names: Readonly<Record<FieldType, string>> = {
    string: 'CHARBUF',
    uint64: 'UINT64',
    bool: 'BOOL',
    reltime: 'RELTIME',
    abstime: 'ABSTIME',
    ipaddr: 'IPADDR',
    ipnet: 'IPNET',
  };
  return isList ? `${names[type]} (list)` : names[type];
}

export function checkOperand(operand: Operand, catalog: FieldCatalog): CheckedOperand {
  switch (operand.kind) {
    case 'field':
      return checkField(operand, catalog);
    case 'transformer':
      return checkTransformer(operand, catalog);
    case 'text':
      return { kind: 'text', text: toByteString(operand.text), type: STRING };
    case 'tuple': {
      const items = operand.items.map((item) => checkOperand(item, catalog));
      return { kind: 'tuple', items, type: { type: 'string', isList: true } };
    }
  }
}

function checkField(operand: Operand & { kind: 'field' }, catalog: FieldCatalog): CheckedOperand {
  const { name, argument, span } = operand;
  const mismatch: Mismatch = (message, detail, hint) => {
    throw new CheckProblem('CONDITION_TYPE_MISMATCH', message, { span, detail, hint });
  };
  const field = catalog.find(name);
  const written = argument === undefined ? name : `${name}[${argument}]`;
  if (field === undefined) {
    const falcoMessage = `filter_check called with nonexistent field ${written}`;
    throw unknownField({ code: 'CONDITION_UNKNOWN_FIELD', falcoMessage, name, span }, catalog);
  }
  checkArgument(field, argument, mismatch);
  if (argument !== undefined) checkPointer(field, argument, span);
  return {
    kind: 'field',
    request: { field, argument },
    type: { type: field.type, isList: field.isList },
  };
}

/** In Falco's words, and in ours. */
type Mismatch = (message: string, detail: string, hint?: string) => never;

function checkArgument(field: Field, argument: string | undefined, mismatch: Mismatch): void {
  const { name } = field;
  const { kind, required } = field.argument;
  if (argument === undefined) {
    if (!required) return;
    const isPointer = field.argument.format === 'json-pointer';
    const example = kind === 'index' ? '0' : isPointer ? '/name' : 'name';
    mismatch(
      `filter '${name}': ${name} requires an argument but none provided`,
      `\`${name}\` needs an argument`,
      `write it in brackets, as in \`${name}[${example}]\``,
    );
  }
  if (kind === 'none') {
    const isOfEngine = field.provider.kind === 'engine';
    mismatch(
      isOfEngine
        ? `filter_check called with nonexistent field ${name}[${argument}]`
        : `filter '${name}[${argument}]': ${name} does not allow nor require an argument ` +
            `but one is provided: ${argument}`,
      `\`${name}\` takes no argument, found \`[${argument}]\``,
      `write \`${name}\``,
    );
  }
  const blank = /[\s\]]/.exec(argument);
  if (blank !== null) {
    mismatch(
      `filter '${name}[${argument.slice(0, blank.index)}': ${name} has unbalanced argument brackets`,
      `a blank or a bracket in the argument of \`${name}\`: \`${argument}\``,
    );
  }
  if (kind !== 'index') return;
  if (/^0\d/.test(argument)) {
    mismatch(
      `filter ${name}[${argument}] ${name} has an invalid index argument starting with 0: ${argument}`,
      `the index of \`${name}\` begins with 0: \`${argument}\``,
      `write \`${name}[${argument.replace(/^0+(?=\d)/, '')}]\``,
    );
  }
  const isNumber = /^\d+$/.test(argument);
  if (!isNumber || BigInt(argument) > INDEX_MAX) {
    const why = isNumber ? 'not representable on 64 bit' : 'not composed only by digits';
    mismatch(
      `filter ${name}[${argument}] ${name} has an invalid index argument ${why}: ${argument}`,
      `the argument of \`${name}\` is a number, counted from 0; found \`${argument}\``,
      `write \`${name}[0]\` for the first one`,
    );
  }
}

function checkPointer(field: Field, argument: string, span: Span): void {
  if (pointerForm(field, argument) !== 'dotted') return;
  const { name } = field;
  const message = `${name} takes a JSON pointer, found '${argument}'`;
  const detail = `\`${name}\` takes a JSON pointer, found \`${argument}\``;
  const hint = pointerHint(field, argument);
  throw new CheckProblem('CONDITION_JSON_POINTER', message, { span, detail, hint });
}

function checkTransformer(
  operand: Operand & { kind: 'transformer' },
  catalog: FieldCatalog,
): CheckedOperand {
  const name = operand.name as TransformerName;
  const operands = operand.operands.map((one) => checkOperand(one, catalog));
  const { span } = operand;
  const mismatch: Mismatch = (message, detail, hint) => {
    throw new CheckProblem('CONDITION_TYPE_MISMATCH', message, { span, detail, hint });
  };
  const type = transformerType(name, operands, operand.option, mismatch);
  return { kind: 'transformer', name, operands, option: operand.option, type };
}

function transformerType(
  name: TransformerName,
  operands: readonly CheckedOperand[],
  option: string | undefined,
  mismatch: Mismatch,
): ValueType {
  if (name === 'join' || name === 'concat' || name === 'getopt') {
    return multiOperandType(name, operands, option, mismatch);
  }
  if (option !== undefined)
    mismatch(
      `transformer '${name}' does not support arguments`,
      `\`${name}(…)\` takes no option in brackets`,
    );
  const [first] = operands;
  if (first === undefined || operands.length !== 1) {
    return mismatch(
      `transformer '${name}' takes exactly one argument`,
      `\`${name}(…)\` takes one field, found ${operands.length}`,
    );
  }
  if (name === 'ip') {
    const { type, isList } = first.type;
    if (type === 'string' || type === 'ipaddr') return { type: 'ipaddr', isList };
  } else if (name === 'len') {
    if (first.type.type === 'string' || first.type.isList) return { type: 'uint64', isList: false };
  } else if (first.type.type === 'string') {
    return { type: 'string', isList: first.type.isList };
  }
  return mismatch(
    `can't add field transformer: type '${falcoType(first.type)}' is not supported by ` +
      `'${name}' transformer applied on field '${innermostName(first)}'`,
    `\`${name}(…)\` does not work on \`${nameOperand(first)}\`, which is ${describeType(first.type)}`,
  );
}

function multiOperandType(
  name: 'join' | 'concat' | 'getopt',
  operands: readonly CheckedOperand[],
  option: string | undefined,
  mismatch: Mismatch,
): ValueType {
  const [first, second] = operands;
  if (name === 'concat') {
    if (operands.length < 2)
      mismatch("unknown field transfomer 'concat'", '`concat(…)` takes two values or more');
    const areStrings = operands.every(({ type }) => type.type === 'string' && !type.isList);
    if (!areStrings)
      mismatch(
        'concat() arguments must be strings',
        '`concat(…)` takes texts, not numbers or lists',
      );
    return STRING;
  }
  if (first === undefined || second === undefined || operands.length !== 2) {
    return mismatch(
      operands.length > 2
        ? `${name}() requires exactly two arguments`
        : option === undefined
          ? `unknown field transfomer '${name}'`
          : `filter error: transformer '${name}' does not support field arguments`,
      `\`${name}(…)\` takes two values, found ${operands.length}`,
    );
  }
  if (name === 'join') {
    if (first.type.isList)
      mismatch(
        'join() first argument (separator) must be a single value, not a list',
        'the first value in `join(…)` is a list, and has to be the text between the others',
      );
    if (!second.type.isList)
      mismatch(
        'join() second argument must be a list',
        'the second value in `join(…)` is not a list',
        'write a list in brackets, as in `join(",", (ct.user, ct.region))`',
      );
    return STRING;
  }
  if (!first.type.isList)
    mismatch(
      'getopt() first argument must be a list',
      'the first value in `getopt(…)` is not a list of arguments',
    );
  if (option !== undefined && option.length !== 1)
    mismatch(
      'getopt() field argument must be a single option character',
      `the option in \`getopt(…)[${option}]\` is one letter`,
      `write \`[${option[0] ?? 'a'}]\``,
    );
  return { type: 'string', isList: option === undefined };
}

/** The field at the bottom of transformers, as Falco names it. */
export function innermostName(operand: CheckedOperand): string {
  if (operand.kind === 'field') return operand.request.field.name;
  if (operand.kind !== 'transformer') return '';
  const [first] = operand.operands;
  return first === undefined ? operand.name : innermostName(first);
}
