/*
 * What is wrong with items of rule files, in Falco's codes and words, which the conformance corpus compares, and beside
 * them our own code and hint.
 */

import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';
import type { ItemPlace } from '../rules/item-place.ts';
import type { ItemProblem } from '../rules/item-problem.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import { type FilePlace, placeInFile } from '../rules/placed-text.ts';
import type { ResolvedItems } from '../rules/resolve-items.ts';
import {
  ALL_NODES_MAX,
  CONDITION_DEPTH_MAX,
  CONDITION_NODES_MAX,
} from '../rules/resolve-macros.ts';
import type { RuleItem } from '../rules/rule-item.ts';
import { syntaxHint } from '../syntax/syntax-hint.ts';
import type { NodePlace } from './check-problem.ts';

export interface FindingParts {
  readonly falcoCode: string | undefined;
  readonly code: DiagnosticCode;
  /** Falco's. */
  readonly message: string;
  readonly place: ItemPlace;
  /** The item itself, unless a part of it is wrong. */
  readonly at?: FilePlace | undefined;
  readonly hint?: string | undefined;
  /** For people, where it says more than Falco's message. */
  readonly detail?: string | undefined;
  readonly label?: Label | undefined;
  readonly usedBy?: LoadFinding['usedBy'];
  readonly isConsequence?: LoadFinding['isConsequence'];
  readonly affected?: LoadFinding['affected'];
}

export function toFinding(parts: FindingParts): LoadFinding {
  const { falcoCode, code, message, detail, place, at = place, ...more } = parts;
  const { hint, label, usedBy, isConsequence, affected } = more;
  return {
    ...{ falcoCode, falcoMessage: message, code, message: detail },
    ...{ place, at, hint, label, usedBy, isConsequence, affected },
  };
}

/** A node of a macro is in the macro's text, wherever the rule is that uses it. */
export function placeOf(
  { text, span, path }: NodePlace,
  { name, place }: Pick<RuleItem, 'name' | 'place'>,
): Pick<FindingParts, 'place' | 'at' | 'usedBy'> {
  const at = placeInFile(text, span);
  if (path.length === 0) return { place, at };
  const { documentName, span: ofRule } = place;
  return { place, at, usedBy: { documentName, span: ofRule, name } };
}

export function findingOf(problem: ItemProblem): LoadFinding {
  switch (problem.kind) {
    case 'lists-too-large':
      return tooLarge('lists within lists have too many items in all', problem.place);
    case 'text-too-long': {
      const which = problem.isAlone ? 'the condition is' : 'all conditions together are';
      return tooLarge(`${which} too long after lists were put in`, problem.place);
    }
    case 'exception': {
      const { message, detail, hint, exception, at } = problem;
      const { place } = exception;
      const falcoCode = 'LOAD_ERR_VALIDATE';
      return toFinding({ falcoCode, code: 'RULE_EXCEPTION', message, detail, hint, place, at });
    }
    case 'syntax': {
      const { error, text, place } = problem;
      const { message, offset, detail, span, hint } = error;
      return toFinding({
        falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
        code: 'CONDITION_SYNTAX',
        message,
        detail,
        place,
        at: placeInFile(text, span),
        hint: hint ?? syntaxHint(text.text, offset),
        affected: affectedBy(problem),
      });
    }
    case 'macro':
      return findingOfMacro(problem);
  }
}

/** By name: rules with an error because of this one. */
function affectedBy({ affected }: ItemProblem): LoadFinding['affected'] {
  return affected?.map(({ documentName, span, locations }) => {
    const name = locations.findLast(({ itemName }) => itemName !== '')?.itemName ?? '';
    return { documentName, span, name };
  });
}

function findingOfMacro(found: ItemProblem & { kind: 'macro' }): LoadFinding {
  const { problem, place, text, near, isConsequence } = found;
  const { kind, name, span } = problem;
  if (kind === 'size') {
    const most = `${CONDITION_NODES_MAX} parts, ${ALL_NODES_MAX} in all, or ${CONDITION_DEPTH_MAX} levels`;
    const macro = name === '' ? '' : ` (macro \`${name}\`)`;
    const message = `with its macros the condition has more than ${most}${macro}`;
    return { ...tooLarge(message, place), isConsequence };
  }
  return toFinding({
    falcoCode: 'LOAD_ERR_VALIDATE',
    code: 'RULE_UNKNOWN_MACRO',
    message:
      kind === 'loop'
        ? `reference loop in macro '${problem.path.at(-1) ?? name}'`
        : `Undefined macro '${name}' used in filter.`,
    detail:
      kind === 'loop'
        ? `macro \`${name}\` uses itself, by way of ${problem.path.map((one) => `\`${one}\``).join(' → ')}`
        : `unknown macro \`${name}\``,
    place,
    at: placeInFile(text, span),
    hint: kind === 'loop' ? undefined : macroHint(name, near),
    isConsequence,
    affected: affectedBy(found),
  });
}

function macroHint(name: string, near: string | undefined): string {
  if (near !== undefined) return `did you mean \`${near}\`?`;
  return `define \`- macro: ${name}\` before it is used`;
}

function tooLarge(message: string, place: ItemPlace): LoadFinding {
  const falcoCode = 'LOAD_ERR_VALIDATE';
  return toFinding({ falcoCode, code: 'RULES_TOO_LARGE', message, place });
}

export function unusedFindings({ unusedLists, unusedMacros }: ResolvedItems): LoadFinding[] {
  const toWarning = (code: DiagnosticCode, what: string, place: ItemPlace): LoadFinding => {
    const message = `${what} not referred to by any other rule/macro`;
    return toFinding({ falcoCode: DIAGNOSTIC_CODES[code].falcoCode, code, message, place });
  };
  return [
    ...unusedLists.map(({ place }) => toWarning('RULE_UNUSED_LIST', 'List', place)),
    ...unusedMacros.map(({ place }) => toWarning('RULE_UNUSED_MACRO', 'Macro', place)),
  ];
}
