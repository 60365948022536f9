import type { YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import { PRIORITIES, type Priority } from '../../base/priority.ts';
import type { ReadContext } from './read-context.ts';
import { completeException, readExceptions } from './read-exceptions.ts';
import { itemPlace } from './read-list-and-macro.ts';
import { readAppend, readOverride } from './read-override.ts';
import { joinTexts, mergeExceptions, type PartialException, plainText } from './rule-collector.ts';
import type { ItemPlace, PlacedText, RuleException, RuleItem } from './rule-item.ts';
import {
  fail,
  hasKey,
  innerPlace,
  readOptionalBoolean,
  readOptionalText,
  readText,
  readTextSequence,
} from './yaml-item.ts';

const APPENDABLE = ['condition', 'output', 'desc', 'tags', 'exceptions'] as const;
const REPLACEABLE = [
  ...APPENDABLE,
  'priority',
  'enabled',
  'capture',
  'capture_duration',
  'warn_evttypes',
  'skip-if-unknown-filter',
] as const;

export function readRuleItem(map: YAMLMap, root: ItemPlace, context: ReadContext): ItemPlace {
  const place = itemPlace(map, 'rule', 'rule', root);
  const name = readText(map, 'rule', { document: context.document, place }).text;
  const rule = { map, place, name, context };
  if (readAppend(map, place, context)) appendRule(rule);
  else {
    const override = readOverride(map, place, {
      append: APPENDABLE,
      replace: REPLACEABLE,
      free: ['rule', 'override'],
    });
    if (override !== undefined) overrideRule(rule, override);
    else if (isToggle(map)) toggleRule(rule);
    else defineRule(rule);
  }
  return place;
}

interface RuleBeingRead {
  readonly map: YAMLMap;
  readonly place: ItemPlace;
  readonly name: string;
  readonly context: ReadContext;
}

/** `{rule, enabled}` alone sets the flag of an earlier rule. */
function isToggle(map: YAMLMap): boolean {
  const isDefinition = ['condition', 'output', 'desc', 'priority'].some((key) => hasKey(map, key));
  return !isDefinition && hasKey(map, 'enabled');
}

function toggleRule({ map, place, name, context }: RuleBeingRead): void {
  context.warn(
    {
      falcoCode: 'LOAD_DEPRECATED_ITEM',
      message:
        "The standalone 'enabled' key usage is deprecated. The correct approach requires also " +
        "a 'replace' entry under the 'override' key (i.e. 'enabled: replace').",
    },
    place,
  );
  const known = context.collector.rules.get(name);
  if (known === undefined) {
    fail(place, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      code: 'RULE_TARGET_MISSING',
      message: "Rule has 'enabled' key but no rule by that name already exists",
    });
  }
  const isEnabled = readOptionalBoolean(map, 'enabled', { document: context.document, place });
  context.collector.changeRule(known as RuleItem, { isEnabled: isEnabled ?? true });
}

function readPriority(map: YAMLMap, place: ItemPlace, context: ReadContext): Priority {
  const { text, origins } = readText(map, 'priority', { document: context.document, place });
  const wanted = text.toLowerCase() === 'info' ? 'informational' : text.toLowerCase();
  const priority = PRIORITIES.find((one) => one.toLowerCase() === wanted);
  if (priority !== undefined) return priority;
  const near = didYouMean(text, [...PRIORITIES, 'INFO']);
  const priorityPlace = innerPlace(place, { itemType: 'rule priority', itemName: '' }, place.span);
  return fail(priorityPlace, {
    code: 'RULE_PRIORITY',
    message: 'Invalid priority',
    detail: `unknown priority \`${text}\``,
    span: { start: origins[0] ?? place.span.start, end: (origins.at(-1) ?? place.span.start) + 1 },
    hint: near === undefined ? `one of ${PRIORITIES.join(', ')}` : `did you mean \`${near}\`?`,
  });
}

function defineRule({ map, place, name, context }: RuleBeingRead): void {
  const nodeContext = { document: context.document, place };
  const condition = readText(map, 'condition', nodeContext);
  const output = readText(map, 'output', nodeContext);
  const description = readText(map, 'desc', nodeContext).text;
  const priority = readPriority(map, place, context);
  const written = readOptionalText(map, 'source', nodeContext)?.text;
  const source = written ?? 'syscall';
  const known = context.collector.rules.get(name);
  if (known !== undefined && known.source !== source) failSource(place);
  const isKnownSource = context.knownSources.has(source);
  if (!isKnownSource) {
    const message = `Unknown source ${source}, skipping`;
    const near = didYouMean(source, context.knownSources);
    const hint = near === undefined ? {} : { hint: `did you mean \`${near}\`?` };
    context.warn({ falcoCode: 'LOAD_UNKNOWN_SOURCE', message, ...hint }, place);
  }
  context.collector.defineRule({
    name,
    place,
    condition,
    output: trimmed(output),
    description,
    priority,
    source,
    hasSource: written !== undefined,
    isKnownSource,
    isEnabled: readOptionalBoolean(map, 'enabled', nodeContext) ?? true,
    tags: tagSet(readTextSequence(map, 'tags', nodeContext) ?? []),
    exceptions: (readExceptions(map, place, context) ?? []).map((one) =>
      complete(one, isKnownSource, context),
    ),
    skipsUnknownFilter: readOptionalBoolean(map, 'skip-if-unknown-filter', nodeContext) ?? false,
    warnsEventTypes: readOptionalBoolean(map, 'warn_evttypes', nodeContext) ?? true,
  });
}

function failSource(place: ItemPlace): never {
  return fail(place, {
    falcoCode: 'LOAD_ERR_VALIDATE',
    code: 'RULE_SOURCE_CHANGED',
    message: 'Rule has been re-defined with a different source',
  });
}

function complete(
  exception: PartialException,
  isKnownSource: boolean,
  context: ReadContext,
): RuleException {
  return completeException(exception, (field) => !isKnownSource || context.isField(field));
}

function trimmed(output: PlacedText): PlacedText {
  const start = output.text.length - output.text.trimStart().length;
  const text = output.text.trim();
  return { ...output, text, origins: output.origins.slice(start, start + text.length) };
}

function tagSet(tags: readonly string[]): string[] {
  return [...new Set(tags)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function findTarget({ name, place, context }: RuleBeingRead, message: string): RuleItem {
  const known = context.collector.rules.get(name);
  if (known !== undefined) return known;
  const near = didYouMean(name, context.collector.rules.keys());
  return fail(place, {
    falcoCode: 'LOAD_ERR_VALIDATE',
    code: 'RULE_TARGET_MISSING',
    message,
    ...(near === undefined ? {} : { hint: `did you mean \`${near}\`?` }),
  });
}

const NO_APPEND_TARGET =
  "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";

function checkSource(rule: RuleBeingRead, known: RuleItem): void {
  const nodeContext = { document: rule.context.document, place: rule.place };
  const source = readOptionalText(rule.map, 'source', nodeContext)?.text;
  if (source !== undefined && source !== known.source) failSource(rule.place);
}

function appendRule(rule: RuleBeingRead): void {
  const { map, place, context } = rule;
  const nodeContext = { document: context.document, place };
  const condition = readOptionalText(map, 'condition', nodeContext);
  const exceptions = readExceptions(map, place, context);
  const known = findTarget(rule, NO_APPEND_TARGET);
  checkSource(rule, known);
  if (condition === undefined && exceptions === undefined) {
    fail(place, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      message: 'Appended rule must have exceptions or condition property',
    });
  }
  context.collector.changeRule(known, {
    condition: condition === undefined ? known.condition : joinTexts(known.condition, condition),
    exceptions: appendExceptions(known, exceptions ?? [], context),
  });
}

function appendExceptions(
  known: RuleItem,
  exceptions: readonly PartialException[],
  context: ReadContext,
): readonly RuleException[] {
  return mergeExceptions(known.exceptions, exceptions, {
    complete: (exception) => complete(exception, known.isKnownSource, context),
    onProblem: (problem, exception) => {
      const wrong = (message: string): never =>
        fail(exception.place, { falcoCode: 'LOAD_ERR_VALIDATE', code: 'RULE_EXCEPTION', message });
      if (problem === 'fields-of-existing') {
        wrong('Can not append exception fields/comps to existing exception, only values');
      }
      if (problem === 'no-fields') {
        wrong('Rule exception must have fields property with a list of fields');
      }
      const message = 'Overriding/appending exception with no values';
      context.warn({ falcoCode: 'LOAD_APPEND_NO_VALUES', message }, exception.place);
      if (problem === 'no-values') {
        wrong('Rule exception must have values property with a list of values');
      }
    },
  });
}

/** Appends first, then replacements (Falco). */
function overrideRule(
  rule: RuleBeingRead,
  override: { append: ReadonlySet<string>; replace: ReadonlySet<string> },
): void {
  const { map, place, context } = rule;
  const { append, replace } = override;
  const nodeContext = { document: context.document, place };
  const message =
    append.size > 0
      ? NO_APPEND_TARGET
      : "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
  const exceptions =
    append.has('exceptions') || replace.has('exceptions')
      ? readExceptions(map, place, context)
      : undefined;
  const known = findTarget(rule, message);
  checkSource(rule, known);
  const text = (key: string, current: PlacedText): PlacedText => {
    if (append.has(key)) return joinTexts(current, trimmed(readText(map, key, nodeContext)));
    return replace.has(key) ? readText(map, key, nodeContext) : current;
  };
  const tags = readTextSequence(map, 'tags', nodeContext) ?? [];
  const flag = (key: string, current: boolean): boolean =>
    replace.has(key) ? (readOptionalBoolean(map, key, nodeContext) ?? current) : current;
  let newExceptions = known.exceptions;
  if (append.has('exceptions')) newExceptions = appendExceptions(known, exceptions ?? [], context);
  if (replace.has('exceptions')) {
    newExceptions = (exceptions ?? []).map((one) => complete(one, known.isKnownSource, context));
  }
  context.collector.changeRule(known, {
    condition: text('condition', known.condition),
    output: text('output', known.output),
    description: text('desc', plainText(known.description, place.documentName)).text,
    tags: append.has('tags')
      ? tagSet([...known.tags, ...tags])
      : replace.has('tags')
        ? tagSet(tags)
        : known.tags,
    exceptions: newExceptions,
    priority: replace.has('priority') ? readPriority(map, place, context) : known.priority,
    isEnabled: flag('enabled', known.isEnabled),
    skipsUnknownFilter: flag('skip-if-unknown-filter', known.skipsUnknownFilter),
    warnsEventTypes: flag('warn_evttypes', known.warnsEventTypes),
  });
}
