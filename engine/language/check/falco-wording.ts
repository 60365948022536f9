/*
 * What is wrong with items of rule files, in Falco's codes and words, which the conformance corpus compares, and beside
 * them our own code and hint.
 */

import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { ItemProblem, ResolvedItems } from '../rules/resolve-items.ts';
import {
  ALL_NODES_MAX,
  CONDITION_DEPTH_MAX,
  CONDITION_NODES_MAX,
} from '../rules/resolve-macros.ts';
import type { ItemPlace, RuleItem } from '../rules/rule-item.ts';
import { spanInFile } from '../rules/span-in-file.ts';
import type { NodePlace } from './check-problem.ts';
import { syntaxHint } from './syntax-hint.ts';

export interface FindingParts {
  readonly falcoCode: string | undefined;
  readonly code: DiagnosticCode;
  /** Falco's. */
  readonly message: string;
  readonly place: ItemPlace;
  readonly span: Span;
  readonly hint?: string | undefined;
  /** For people, where it says more than Falco's message. */
  readonly detail?: string | undefined;
  readonly label?: Label | undefined;
  readonly usedBy?: LoadFinding['usedBy'];
}

export function toFinding(parts: FindingParts): LoadFinding {
  const { falcoCode, code, message, detail, place, span, hint, label, usedBy } = parts;
  const { locations, documentName } = place;
  return {
    ...{ falcoCode, falcoMessage: message, code, message: detail },
    ...{ locations, documentName, span, hint, label, usedBy },
  };
}

/** A node of a macro is in the macro's text, wherever the rule is that uses it. */
export function placeOf(
  { text, span, path }: NodePlace,
  { name, place }: Pick<RuleItem, 'name' | 'place'>,
): Pick<FindingParts, 'place' | 'span' | 'usedBy'> {
  if (path.length === 0) return { place, span: spanInFile(text, span, place) };
  const ofMacro = { ...place, documentName: text.documentName };
  const usedBy = { documentName: place.documentName, span: place.span, name };
  return { place: ofMacro, span: spanInFile(text, span, ofMacro), usedBy };
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
      const { message, place } = problem;
      const falcoCode = 'LOAD_ERR_VALIDATE';
      return toFinding({ falcoCode, code: 'RULE_EXCEPTION', message, place, span: place.span });
    }
    case 'syntax': {
      const { message, offset, text, place, ofItem } = problem;
      return toFinding({
        falcoCode: 'LOAD_ERR_COMPILE_CONDITION',
        code: 'CONDITION_SYNTAX',
        message,
        place,
        span: spanInFile(text, { start: offset, end: offset + 1 }, ofItem),
        hint: syntaxHint(text.text, offset),
      });
    }
    case 'macro':
      return findingOfMacro(problem);
  }
}

function findingOfMacro({
  problem: { kind, name, offset },
  place,
  text,
  near,
}: ItemProblem & { kind: 'macro' }): LoadFinding {
  if (kind === 'size') {
    const most = `${CONDITION_NODES_MAX} parts, ${ALL_NODES_MAX} in all, or ${CONDITION_DEPTH_MAX} levels`;
    const macro = name === '' ? '' : ` (macro \`${name}\`)`;
    return tooLarge(`with its macros the condition has more than ${most}${macro}`, place);
  }
  return toFinding({
    falcoCode: 'LOAD_ERR_VALIDATE',
    code: 'RULE_UNKNOWN_MACRO',
    message:
      kind === 'loop'
        ? `reference loop in macro '${name}'`
        : `Undefined macro '${name}' used in filter.`,
    place,
    span: spanInFile(text, { start: offset, end: offset + name.length }, place),
    hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
  });
}

function tooLarge(message: string, place: ItemPlace): LoadFinding {
  const falcoCode = 'LOAD_ERR_VALIDATE';
  return toFinding({ falcoCode, code: 'RULES_TOO_LARGE', message, place, span: place.span });
}

export function unusedFindings({ unusedLists, unusedMacros }: ResolvedItems): LoadFinding[] {
  const toWarning = (falcoCode: string, what: string, place: ItemPlace): LoadFinding => {
    const message = `${what} not referred to by any other rule/macro`;
    return toFinding({ falcoCode, code: 'RULE_WARNING', message, place, span: place.span });
  };
  return [
    ...unusedLists.map(({ place }) => toWarning('LOAD_UNUSED_LIST', 'List', place)),
    ...unusedMacros.map(({ place }) => toWarning('LOAD_UNUSED_MACRO', 'Macro', place)),
  ];
}
